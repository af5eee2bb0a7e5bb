// Visits pages of other origins in a browser and prints a line for each check: "ok TEXT" or "FAIL TEXT".
// Arguments: the plan, the server's address, the browser's path, the allowed origin, another one, and with keys the key.
import { chromium } from "playwright-core";

const [plan, address, executablePath, allowed, other, key] = process.argv.slice(2);
const check = (text, holds, seen) => console.log(holds ? `ok ${text}` : `FAIL ${text}: ${JSON.stringify(seen)}`);
const port = new URL(address).port;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--host-resolver-rules=MAP rebound.example 127.0.0.1"] });

// In the page: what a fetch from there comes to. A refusal by the browser is a TypeError, which tells no more.
const ask = (page, method, path, headers = {}, body = undefined, mode = "cors") =>
  page.evaluate(
    async ([url, options]) => {
      try {
        const answer = await fetch(url, options);
        const fields = ["etag", "location", "durability", "repr-digest", "link", "accept-patch", "server", "x-content-type-options"];
        return { type: answer.type, status: answer.status, body: await answer.text(), ...Object.fromEntries(fields.map((name) => [name, answer.headers.get(name)])) };
      } catch (error) {
        return { failed: error.name };
      }
    },
    [address + path, { method, headers, body, mode }],
  );

// In the page: whether an element that loads from there loads or fails.
const load = (page, element, path) =>
  page.evaluate(
    ([name, url]) =>
      new Promise((resolve) => {
        const made = document.createElement(name);
        made.onload = () => resolve("load");
        made.onerror = () => resolve("error");
        setTimeout(() => resolve("neither"), 5000);
        if (name === "link") {
          made.rel = "stylesheet";
        }
        made[{ link: "href", object: "data" }[name] ?? "src"] = url;
        document.documentElement.append(made);
      }),
    [element, address + path],
  );

const json = { "Content-Type": "application/json" };
const failed = (answer) => answer.failed === "TypeError";

async function anonymous() {
  const page = await browser.newPage();
  await page.goto(`${allowed}/`);
  const read = await ask(page, "GET", "/docs/there");
  check("an allowed page reads a document and its tag", read.status === 200 && read.body === '{"n":1}' && /^"\d+"$/.test(read.etag), read);
  check("and no field that is not shared", read.server === null && read["x-content-type-options"] === null, read);
  const absent = await ask(page, "GET", "/docs/absent");
  check("and what a refusal says", absent.status === 404 && JSON.parse(absent.body).type === "/problems/not-found", absent);

  await page.goto(`${other}/`);
  check("another page reads nothing", failed(await ask(page, "GET", "/docs/there")));
  for (const [method, path, headers, body] of [
    ["PUT", "/docs/there", json, "2"],
    ["DELETE", "/docs/there", {}, undefined],
    ["POST", "/docs?prefix=made-elsewhere", { "Content-Type": "text/plain" }, "1"], // a form could send it: no preflight
  ]) {
    const answer = await ask(page, method, path, headers, body);
    check(`it does nothing by ${method}`, failed(answer), answer);
  }
  const blind = await ask(page, "POST", "/batch", { "Content-Type": "text/plain" }, '{"operations":[{"op":"delete","id":"there"}]}', "no-cors");
  check("nor blindly", blind.type === "opaque" || failed(blind), blind);
  for (const element of ["script", "img", "link", "object"]) {
    const seen = [await load(page, element, "/docs/there"), await load(page, element, "/docs/absent")];
    check(`by <${element}> it does not learn which documents there are`, seen[0] === seen[1], seen);
  }

  // A page of the very origin, as after a change of the name's address: its own requests are of the same origin.
  const rebound = await browser.newPage({ bypassCSP: true });
  const first = await rebound.goto(`http://rebound.example:${port}/swagger/index.html`);
  check("a name that is pointed here gets 421", first.status() === 421, first.status());
  for (const [method, body] of [["GET", undefined], ["PUT", "2"]]) {
    const status = await rebound.evaluate(async ([name, text]) => (await fetch("/docs/there", { method: name, headers: { "Content-Type": "application/json" }, body: text })).status, [method, body]);
    check(`and its ${method}, too`, status === 421, status);
  }
}

async function keyed() {
  const page = await browser.newPage();
  const authorization = { Authorization: `Bearer ${key}` };
  await page.goto(`${allowed}/`);
  check("an allowed page without a key is told 401", (await ask(page, "GET", "/docs/there")).status === 401);
  const read = await ask(page, "GET", "/docs/there", authorization);
  check("with its key it reads a document and its tag", read.status === 200 && /^"\d+"$/.test(read.etag) && /^sha-256=/.test(read["repr-digest"]), read);
  const put = await ask(page, "PUT", "/docs/there", { ...authorization, ...json, "If-Match": read.etag, Prefer: "return=minimal" }, '{"n":2}');
  check("it replaces what it has read", put.status === 204 && /^durable;seq=/.test(put.durability), put);
  const lost = await ask(page, "PUT", "/docs/there", { ...authorization, ...json, "If-Match": read.etag }, '{"n":9}');
  check("and not what it has not", lost.status === 412 && JSON.parse(lost.body).currentETag === put.etag, lost);
  const patched = await ask(page, "PATCH", "/docs/there", { ...authorization, "Content-Type": "application/merge-patch+json", "If-Match": put.etag, Durability: "filed" }, '{"n":3}');
  check("it changes a part", patched.status < 300 && patched.etag !== put.etag, patched);
  const found = await ask(page, "QUERY", "/docs", { ...authorization, ...json }, '{"filter":{"n":3}}');
  check("it asks by QUERY", found.status === 200 && JSON.parse(found.body).documents.length === 1, found);
  const made = await ask(page, "POST", "/docs?prefix=notes/", { ...authorization, ...json, "Idempotency-Key": '"once"' }, "1");
  check("it makes a document and sees where", made.status === 201 && made.location.startsWith("/docs/notes/"), made);
  const removed = await ask(page, "DELETE", made.location, { ...authorization, "If-Match": made.etag });
  check("and deletes it", removed.status === 204, removed);

  await page.goto(`${other}/`);
  check("another page that has the key reads nothing", failed(await ask(page, "GET", "/docs/there", authorization)));
  check("and writes nothing", failed(await ask(page, "PUT", "/docs/there", { ...authorization, ...json }, '{"n":4}')));
  const blind = await ask(page, "POST", "/batch", { "Content-Type": "text/plain" }, '{"operations":[{"op":"delete","id":"there"}]}', "no-cors");
  check("nor blindly", blind.type === "opaque" || failed(blind), blind);
}

try {
  await { anonymous, keyed }[plan]();
} finally {
  await browser.close();
}
