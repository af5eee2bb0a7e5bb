"""notify.py PROGRAM DATA: stands for systemd, which waits for READY=1 and then STOPPING=1 on a socket (sd_notify(3))."""
import os, socket, subprocess, sys, tempfile

program, data = sys.argv[1:3]
with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
    told.bind(os.path.join(folder, "notify"))
    told.settimeout(60)
    server = subprocess.Popen(
        [program, "--data", data, "--urls", "http://127.0.0.1:0", "--DocService:SegmentBytes=2097152",
         "--DocService:JournalBytes=16777216", "--DocService:MaxDocumentBytes=1048576", "--DocService:MaxBatchBytes=1048576"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, "NOTIFY_SOCKET": told.getsockname()})
    try:
        words = told.recv(4096).decode().split("\n")
        if "READY=1" not in words:
            sys.exit(f"instead of READY=1: {words}")
        server.terminate()
        words = told.recv(4096).decode().split("\n")
        if "STOPPING=1" not in words:
            sys.exit(f"instead of STOPPING=1: {words}")
        if server.wait(30) != 0:
            sys.exit(f"exit code {server.returncode}")
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
