dofile(os.getenv("BENCH_WRK") .. "/common.lua")

local headers = { ["Content-Type"] = "application/json" }

function put_request(key, body) return wrk.format("PUT", "/docs/" .. key, headers, body) end

function get_request(key) return wrk.format("GET", "/docs/" .. key) end

function batch_request(keys, bodies)
  local operations = {}
  for i, key in ipairs(keys) do
    operations[i] = '{"op":"put","id":"' .. key .. '","body":' .. bodies[i] .. '}'
  end
  return wrk.format("POST", "/batch", headers, '{"operations":[' .. table.concat(operations, ",") .. ']}')
end
