dofile(os.getenv("BENCH_WRK") .. "/common.lua")

function put_request(key, body) return wrk.format("PUT", "/SET/" .. key, nil, body) end

function get_request(key) return wrk.format("GET", "/GET/" .. key .. ".txt") end
