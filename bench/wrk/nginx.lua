-- PUT by WebDAV. GET of the very files that DocService made: their paths stand in a list, because each is in a directory
-- named by a hash.
dofile(os.getenv("BENCH_WRK") .. "/common.lua")

local paths = {}
if os.getenv("BENCH_PATHS") then
  for path in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = "/docs/" .. path end
end

function put_request(key, body) return wrk.format("PUT", "/put/" .. key .. ".json", nil, body) end

function get_request(key) return wrk.format("GET", paths[math.random(1, #paths)]) end
