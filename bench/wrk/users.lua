-- Lookups of users at random, of bench/approaches.sh. Arguments behind "--": LOOKUP USERS RUN, LOOKUP being
--   id      GET /users/ID                 email     GET /users?email=ADDRESS
--   doc-id  GET /docs/users/ID            doc-email GET /docs?collection=users&filter={"email":ADDRESS}
-- Numbers, ids and addresses are those of bench/Approaches/UserFile.cs.
local threads_made = 0
function setup(thread)
  thread:set("thread_id", threads_made)
  threads_made = threads_made + 1
end

local users
local function id(number) return string.format("u%07d", number) end
local function email(number) return string.format("%08x.%07d@example.com", number * 2654435761 % 4294967296, number) end

local lookups = {}
lookups["id"] = function(number) return "/users/" .. id(number) end
lookups["email"] = function(number) return "/users?email=" .. email(number) end
lookups["doc-id"] = function(number) return "/docs/users/" .. id(number) end
lookups["doc-email"] = function(number) return '/docs?collection=users&filter=%7B%22email%22:%22' .. email(number) .. "%22%7D" end

function init(args)
  users = tonumber(args[2])
  local seed = thread_id + 1
  for i = 1, #args[3] do seed = (seed * 31 + args[3]:byte(i)) % 2147483647 end
  math.randomseed(seed)
  local lookup = lookups[args[1]]
  request = function() return wrk.format("GET", lookup(math.random(0, users - 1))) end
end

function done(summary, latency)
  io.write(string.format("result %d %d %.0f %.0f %.0f %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end
