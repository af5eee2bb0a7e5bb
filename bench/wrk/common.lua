-- What the scripts of all stores share: documents, workloads, and the line of results.
--
-- A store's script defines put_request(key, body), get_request(key) and, where it has them, batch_request(keys, bodies);
-- each returns what wrk.format returns. Arguments behind "--": WORKLOAD KEYS THREADS RUN.
--   fill   every key in order, again and again     put  random among the keys     new   a key never used before
--   walk   get of every key in order, again and again
--   get    random among the keys                   mix  80 % get, 20 % put        batch ten puts in one request, or BENCH_BATCH

document_bytes = 1024
local pool_size = 128
local batch_size = tonumber(os.getenv("BENCH_BATCH")) or 10

local threads_made = 0
function setup(thread)
  thread:set("thread_id", threads_made)
  threads_made = threads_made + 1
end

local letters = "abcdefghijklmnopqrstuvwxyz0123456789"

-- A JSON object of exactly document_bytes.
local function document(number)
  local head = string.format('{"kind":"sample","number":%d,"active":true,"ratio":0.%d,"tags":["a","b","c"],"text":"',
    number, math.random(1, 999))
  local text = {}
  for i = 1, document_bytes - #head - 2 do
    local at = math.random(1, #letters)
    text[i] = letters:sub(at, at)
  end
  return head .. table.concat(text) .. '"}'
end

local function hot_key(number) return string.format("hot-%07d", number) end

local workloads = {}
local bodies = {}
local keys, made, first, span, run

-- encode_body, where a store's script has it, is applied once to each document of the pool.
local function body() return bodies[math.random(1, pool_size)] end

function workloads.put() return put_request(hot_key(math.random(0, keys - 1)), body()) end

function workloads.get() return get_request(hot_key(math.random(0, keys - 1))) end

function workloads.walk()
  made = made + 1
  return get_request(hot_key(first + made % span))
end

function workloads.mix()
  if math.random() < 0.8 then return workloads.get() end
  return workloads.put()
end

function workloads.new()
  made = made + 1
  return put_request(string.format("new-%s-%d-%d", run, thread_id, made), body())
end

function workloads.fill()
  local key = hot_key(first + made % span)
  made = made + 1
  return put_request(key, body())
end

function workloads.batch()
  local chosen, taken, documents = {}, {}, {}
  while #chosen < batch_size do
    local number = math.random(0, keys - 1)
    if not taken[number] then
      taken[number] = true
      chosen[#chosen + 1] = hot_key(number)
      documents[#documents + 1] = body()
    end
  end
  return batch_request(chosen, documents)
end

function init(args)
  local workload, threads = args[1], tonumber(args[3])
  keys, run, made = tonumber(args[2]), args[4], 0
  span = math.ceil(keys / threads)
  first = math.min(thread_id * span, keys - 1)
  span = math.min(span, keys - first)

  -- The documents are the same in every run; which keys they go to is not, or each round would repeat the last.
  math.randomseed(1)
  for i = 1, pool_size do
    bodies[i] = encode_body and encode_body(document(i)) or document(i)
  end
  local seed = thread_id + 1
  for i = 1, #run do seed = (seed * 31 + run:byte(i)) % 2147483647 end
  math.randomseed(seed)

  request = workloads[workload]
  if workload == "fill" then
    local answered = 0
    response = function()
      answered = answered + 1
      if answered == span + 256 then -- what was under way on other connections included
        io.open(os.getenv("BENCH_WORK") .. "/filled-" .. thread_id, "w"):close()
      end
    end
  end
end

function done(summary, latency)
  io.write(string.format("result %d %d %.0f %.0f %.0f %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end
