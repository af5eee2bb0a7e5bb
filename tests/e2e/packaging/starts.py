"""starts.py PROGRAM DATA COUNT: how long a start takes on a store that is there, from the process to /healthz/ready. The first one, which reads the files into memory, does not count."""
import json, os, socket, statistics, subprocess, sys, time
import http.client

program, data, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
small = ["--DocService:SegmentBytes=2097152", "--DocService:JournalBytes=16777216",
         "--DocService:MaxDocumentBytes=1048576", "--DocService:MaxBatchBytes=1048576"]
environment = {name: value for name, value in os.environ.items() if name != "DOTNET_EnableWriteXorExecute"}  # as it is shipped


def is_ready(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False


def start():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    server = subprocess.Popen([program, "--data", data, "--urls", f"http://127.0.0.1:{port}", *small],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
    try:
        while not is_ready(port):
            if server.poll() is not None or time.monotonic() - began > 60:
                sys.exit(f"not ready: exit code {server.poll()}")
            time.sleep(0.002)
        return time.monotonic() - began
    finally:
        server.terminate()
        server.wait(30)


start()
seconds = sorted(start() for _ in range(count))
print(json.dumps({"medianSeconds": round(statistics.median(seconds), 3), "seconds": [round(one, 3) for one in seconds]}))
