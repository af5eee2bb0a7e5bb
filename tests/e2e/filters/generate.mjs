// Writes cases for DocService.Queries.Oracle: seeded random documents, filters and sorts with mingo's answers, one a line.
// node generate.mjs SEED QUERIES
import { Query } from 'mingo';

const [seed, queries] = process.argv.slice(2).map(Number);
const documentsPerQuery = 16;

// mulberry32: small, seeded, good enough
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = n => Math.floor(random() * n);
const pick = list => list[below(list.length)];
const chance = p => random() < p;
const times = (n, make) => Array.from({ length: n }, make);

const names = ['a', 'b', 'c', 'é'];
const paths = ['a', 'b', 'c', 'a.b', 'b.a', 'a.b.c', 'c.a', 'é', 'a.0', 'b.1.a'];
const numbers = [-2, -1, 0, 1, 2, 3, 4, 1.5, 0.1, 1e20, 1e-7, -7.25];
const strings = ['', 'a', 'b', 'ab', 'B', 'é', 'aa', '10', 'x y', 'a\nb', '\uffff'];

const scalar = () => pick([() => pick(numbers), () => pick(numbers), () => pick(strings), () => pick([true, false, null])])();

function value(depth) {
  if (depth === 0 || chance(0.6)) return scalar();
  return chance(0.5) ? times(below(4), () => value(depth - 1)) : members(depth - 1);
}
function members(depth) {
  const result = {};
  for (const name of names) if (chance(0.55)) result[name] = value(depth);
  return result;
}

function operator(depth) {
  return pick([
    () => ['$eq', value(1)], () => ['$ne', value(1)],
    () => [pick(['$gt', '$gte', '$lt', '$lte']), scalar()], () => [pick(['$gt', '$gte', '$lt', '$lte']), pick(numbers)],
    () => [pick(['$in', '$nin']), times(below(4), () => value(1))],
    () => ['$exists', chance(0.5)],
    () => ['$type', pick(['object', 'array', 'string', 'number', 'boolean', 'null'])],
    () => ['$size', below(4)],
    () => ['$all', times(below(3), scalar)],
    () => ['$mod', [pick([2, 3, -2]), pick([0, 1, -1])]],
    () => ['$regex', pick(['^a', 'b$', 'A', 'a.b', '[0-9]+', '^$'])],
    () => ['$not', operators(depth - 1)],
    () => ['$elemMatch', depth > 0 ? (chance(0.5) ? operators(depth - 1) : filter(depth - 1, true)) : { $gt: pick(numbers) }],
  ])();
}
function operators(depth) {
  const result = {};
  for (let i = 1 + below(2); i > 0; i--) {
    const [name, operand] = operator(Math.max(depth, 0));
    result[name] = operand;
    if (name === '$regex' && chance(0.5)) result.$options = pick(['i', 'm', 's', 'ims']);
  }
  return result;
}
function filter(depth, inElement = false) {
  const result = {};
  for (let i = 1 + below(2); i > 0; i--) {
    if (depth > 0 && chance(0.25)) {
      result[pick(['$and', '$or', '$nor'])] = times(1 + below(3), () => filter(depth - 1, inElement));
    } else {
      const operand = value(1);
      const isPlain = typeof operand !== 'object' || operand === null || Array.isArray(operand);
      result[pick(paths)] = isPlain && chance(0.4) ? operand : operators(depth);
    }
  }
  return result;
}

// What mingo sees differently, condition by condition. Each returns true where a document must be left out.
const isArray = Array.isArray;
const isObject = v => typeof v === 'object' && v !== null && !isArray(v);

// Where a path leads: whether arrays lie on the way, and what is at its end.
function trace(root, path) {
  const found = { throughArray: false, nested: false, indexed: false, ends: [] };
  const walk = (v, rest) => {
    if (rest.length === 0) { found.ends.push(v); return; }
    if (isArray(v)) {
      found.throughArray = true;
      found.nested ||= v.some(isArray);
      found.indexed ||= /^\d+$/.test(rest[0]);
      for (const e of v) if (isObject(e)) walk(e, rest);
    } else if (isObject(v) && rest[0] in v) walk(v[rest[0]], rest.slice(1));
  };
  walk(root, path === '' ? [] : path.split('.'));
  return found;
}

function leftOut(condition, document) {
  return Object.entries(condition).some(([path, operand]) => {
    if (['$and', '$or', '$nor'].includes(path)) return operand.some(part => leftOut(part, document));
    const tests = isObject(operand) && Object.keys(operand).some(k => k[0] === '$') ? operand : { $eq: operand };
    return testsLeftOut(tests, document, path);
  });
}
function testsLeftOut(tests, document, path) {
  const t = trace(document, path);
  // {"a.0":1}: an index and a member name at once; mingo takes it as an index only.
  if (t.indexed) return true;
  // {"a.b":1} on [[{"b":1}]]: mingo enters arrays in arrays.
  if (t.nested) return true;
  return Object.entries(tests).some(([name, operand]) => testLeftOut(name, operand, t, document, path));
}
function testLeftOut(name, operand, t, document, path) {
  const values = ['$in', '$nin', '$all'].includes(name) ? operand : [operand];
  const endsInArray = t.ends.some(isArray);
  switch (name) {
    case '$not': return testsLeftOut(operand, document, path);
    case '$eq': case '$ne': case '$in': case '$nin':
      // {"a.b":null} on [{"b":1},{}] matches here: one object lacks it. mingo leaves out what is missing.
      if (t.throughArray && values.includes(null)) return true;
      // mingo collects what a path through an array finds into one array, and compares that: {"a.b":[1]} on [{"b":1}].
      if (values.some(isArray) && t.throughArray) return true;
      // {"a":{"$in":[[2]]}} on {"a":[2]}: the whole array is a value too; mingo's $in tries the elements alone.
      if (values.some(isArray) && name.endsWith('in') && endsInArray) return true;
      // An array in an array: mingo's $eq flattens it, {"a":1} on [[1]].
      if (t.ends.some(v => isArray(v) && v.some(isArray))) return true;
      // and its $in does not look into the arrays that a path through an array leads to.
      return t.throughArray && endsInArray;
    case '$gt': case '$gte': case '$lt': case '$lte':
      // {"a":{"$gte":null}} on {}: null and missing here; mingo compares null with null alone.
      if (operand === null) return true;
      // Arrays under arrays are not looked into by mingo's comparisons.
      return t.throughArray && endsInArray;
    case '$type':
      // {"a":{"$type":"number"}} on [1]: elements count here, and with a path through an array mingo tells "array" of what it collected.
      return t.throughArray || endsInArray;
    case '$exists': case '$size':
      // mingo asks the array that it collected on the way.
      return t.throughArray;
    case '$all':
      // {"a":{"$all":[1]}} on {"a":1}, {"$all":[null]} on {}: only arrays match in mingo, and the collected one does.
      return t.throughArray || !endsInArray;
    case '$mod':
      // "8" % 4: mingo computes with strings, true, null and fractions as JavaScript does.
      return t.throughArray || t.ends.flat().some(v => typeof v !== 'number' || !Number.isInteger(v)) || !t.ends.every(v => !isArray(v) || v.every(e => !isArray(e)));
    case '$regex':
      return t.ends.some(v => isArray(v) && v.some(isArray)) || (t.throughArray && endsInArray);
    case '$elemMatch': {
      // {"a":{"$elemMatch":{…}}} on [[…]]: one level here; mingo unwraps the inner array, and takes a scalar for an object.
      if (t.throughArray) return true;
      const elements = t.ends.filter(isArray).flat(1);
      const byMembers = Object.keys(operand).length === 0 || Object.keys(operand).some(k => k[0] !== '$' || ['$and', '$or', '$nor'].includes(k));
      if (elements.some(isArray)) return true;
      if (byMembers) return elements.some(e => !isObject(e)) || elements.some(e => leftOut(operand, e));
      return elements.some(e => testsLeftOut(operand, { field: e }, 'field'));
    }
    default: return false;
  }
}

let asked = 0, excluded = 0;
for (let q = 0; q < queries; q++) {
  const documents = times(documentsPerQuery, () => members(2));
  const criteria = filter(2);
  const sort = {};
  for (let i = 1 + below(2); i > 0; i--) sort[pick(['a', 'b', 'c', 'a.b', 'é'])] = chance(0.5) ? 1 : -1;
  const query = new Query(criteria);
  const compared = documents.map((_, i) => i).filter(i => !leftOut(criteria, documents[i]));
  const matched = compared.filter(i => query.test(documents[i]));
  // Arrays sort by their least or greatest element here, objects member by member; mingo compares arrays element by
  // element and objects by all their names first. So only scalars and what is missing are compared.
  const sortable = documents.map((document, i) => ({ document, i }))
    .filter(({ document }) => Object.keys(sort).every(path => {
      const t = trace(document, path);
      return !t.throughArray && t.ends.every(v => typeof v !== 'object' || v === null);
    }));
  const sorted = new Query({}).find(sortable).sort(Object.fromEntries(Object.entries(sort).map(([path, way]) => [`document.${path}`, way]))).all().map(row => row.i);
  asked += documents.length;
  excluded += documents.length - compared.length;
  process.stdout.write(JSON.stringify({
    documents, filter: criteria, compared, matched, sorted,
    sort: Object.entries(sort).map(([path, way]) => ({ path, descending: way < 0 })),
  }) + '\n');
}
process.stderr.write(`${asked} documents asked of mingo, ${excluded} left out for what it sees differently\n`);
