"""Starts a server as systemd does, with a socket that is bound already, and stops it while it answers.

    serve_activation.py OVEN MODEL CACHE
"""

import http.client
import json
import os
import socket
import sys
import tempfile
import threading


def main():
    oven, model, cache = sys.argv[1:4]
    folder = tempfile.mkdtemp()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notes.bind(folder + "/notify")
    notes.settimeout(120)

    process = os.fork()
    if process == 0:
        os.dup2(listener.fileno(), 3)
        # Where it was that number already, nothing has been done to it: it would close with the new program.
        os.set_inheritable(3, True)
        environment = dict(
            os.environ, LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), NOTIFY_SOCKET=folder + "/notify",
            WATCHDOG_USEC="1000000", WATCHDOG_PID=str(os.getpid()))
        with open(folder + "/log", "w") as log:
            os.dup2(log.fileno(), 2)
        os.execve(oven, [oven, "serve", model, "--device", "CPU", "--cache-dir", cache], environment)

    seen = set()

    def wait(note):
        while note not in seen:
            seen.add(notes.recv(100).decode())

    wait("READY=1")
    wait("WATCHDOG=1")
    print("ok    told that it is ready, and that it lives", flush=True)

    def ask(body):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
        return connection.getresponse()

    question = {"messages": [{"role": "user", "content": "Count to a hundred."}], "max_tokens": 400, "stream": True,
                "ignore_eos": True}
    stream = ask(question)
    first = stream.read(200)
    answer = []
    reader = threading.Thread(target=lambda: answer.append(first + stream.read()))
    reader.start()
    os.kill(process, 15)
    wait("STOPPING=1")
    # The answer that runs goes on; a new one is refused, and told when to come again.
    late = ask(question)
    assert late.status == 503 and late.getheader("retry-after"), (late.status, late.read())
    reader.join()
    assert answer[0].endswith(b"data: [DONE]\n\n"), answer[0][-200:]
    _, status = os.waitpid(process, 0)
    assert status == 0, f"exit status {status}"
    print("ok    finished its answer, refused another, and ended with 0")


main()
