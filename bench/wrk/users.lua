-- Requests for users, of bench/approaches.sh and bench/find.sh. Arguments behind "--": WORKLOAD USERS RUN [BYTES], WORKLOAD being
--   id        GET /users/ID                 email      GET /users?email=ADDRESS
--   doc-id    GET /docs/users/ID            doc-email  GET /docs?collection=users&filter={"email":ADDRESS}
--   doc-page  100 users by their prefix     doc-after  100 of all documents, behind any;  doc-first, doc-middle, doc-last: from there
--   doc-put   PUT /docs/users/ID of a new user of so many bytes
-- All but doc-first, doc-middle and doc-last choose at random. Numbers, ids and addresses are those of bench/Approaches/UserFile.cs.
local threads_made = 0
function setup(thread)
  thread:set("thread_id", threads_made)
  threads_made = threads_made + 1
end

local page = 100
local pool_size = 128
local users, run, made, bytes
local texts = {}
local function id(number) return string.format("u%07d", number) end
local function email(number) return string.format("%08x.%07d@example.com", number * 2654435761 % 4294967296, number) end

local lookups = {}
lookups["id"] = function(number) return "/users/" .. id(number) end
lookups["email"] = function(number) return "/users?email=" .. email(number) end
lookups["doc-id"] = function(number) return "/docs/users/" .. id(number) end
lookups["doc-email"] = function(number) return '/docs?collection=users&filter=%7B%22email%22:%22' .. email(number) .. "%22%7D" end

lookups["doc-page"] = function(number) return "/docs?limit=" .. page .. "&prefix=users/" .. id(number):sub(1, -3) end
lookups["doc-first"] = function() return "/docs?limit=" .. page end
lookups["doc-after"] = function(number) return "/docs?limit=" .. page .. "&after=users/" .. id(number % (users - page)) end
lookups["doc-middle"] = function() return lookups["doc-after"](math.floor(users / 2)) end
lookups["doc-last"] = function() return lookups["doc-after"](users - page - 1) end

local letters = "abcdefghijklmnopqrstuvwxyz234567"
local function random_text(length)
  local text = {}
  for i = 1, length do
    local at = math.random(1, #letters)
    text[i] = letters:sub(at, at)
  end
  return table.concat(text)
end

local headers = { ["Content-Type"] = "application/json" }
local function put()
  made = made + 1
  local name = string.format("%s-%d-%d", run, thread_id, made)
  local head = string.format('{"id":"n%s","email":"%s@example.com","country":"NO","age":%d,"name":"User ', name, name, made % 100)
  local body = head .. texts[math.random(1, pool_size)]:sub(1, bytes - #head - 2) .. '"}'
  return wrk.format("PUT", "/docs/users/n" .. name, headers, body)
end

function init(args)
  users, run, made, bytes = tonumber(args[2]), args[3], 0, tonumber(args[4] or 0)
  local seed = thread_id + 1
  for i = 1, #run do seed = (seed * 31 + run:byte(i)) % 2147483647 end
  math.randomseed(seed)
  if args[1] == "doc-put" then
    for i = 1, pool_size do texts[i] = random_text(bytes) end
    request = put
  else
    local lookup = lookups[args[1]]
    request = function() return wrk.format("GET", lookup(math.random(0, users - 1))) end
  end
end

function done(summary, latency)
  io.write(string.format("result %d %d %.0f %.0f %.0f %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end
