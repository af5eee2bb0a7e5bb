-- The HTTP gateway: JSON with key and value in base64.
dofile(os.getenv("BENCH_WRK") .. "/common.lua")

local headers = { ["Content-Type"] = "application/json" }
local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function digit(value) return digits:sub(value + 1, value + 1) end

local function base64(text)
  local parts = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    parts[#parts + 1] = digit(math.floor(bits / 262144)) .. digit(math.floor(bits / 4096) % 64)
      .. (b and digit(math.floor(bits / 64) % 64) or "=") .. (c and digit(bits % 64) or "=")
  end
  return table.concat(parts)
end

encode_body = base64

function put_request(key, body)
  return wrk.format("POST", "/v3/kv/put", headers, '{"key":"' .. base64(key) .. '","value":"' .. body .. '"}')
end

function get_request(key)
  return wrk.format("POST", "/v3/kv/range", headers, '{"key":"' .. base64(key) .. '"}')
end
