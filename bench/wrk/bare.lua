-- The minimal API server of bench/Bare: the same requests as DocService's.
dofile(os.getenv("BENCH_WRK") .. "/docservice.lua")
