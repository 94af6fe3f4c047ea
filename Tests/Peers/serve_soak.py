"""Thirty-two clients for a while: random lengths, cancellations, malformed requests, slow readers, and the worker killed.

    serve_soak.py OVEN MODEL CACHE MINUTES [SECONDS-BETWEEN-KILLS [OPTION-OF-SERVE ...]]

Without kills (0 seconds), one worker's memory is seen over the whole time; `--kv-cache-size 0.3` keeps what it may keep of
keys and values small, so that what grows beside them shows.
What is accepted must be answered to its end, or cancelled by the client; no error may be the server's; memory must stay
flat. PAUSE=4 lets every client wait up to twice so many seconds before its next request, which leaves the machine to
others. Python's own library is enough.
"""
import collections
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

from checks import free_port

CLIENTS = 32
WORDS = "one two three four five six seven eight nine ten what why how tell name count sun moon river stone".split()
oven, model, cache = sys.argv[1:4]
minutes = float(sys.argv[4])
pause = float(sys.argv[5]) if len(sys.argv) > 5 else 120.0
options = sys.argv[6:]
thinking = float(os.environ.get("PAUSE") or 0)

counts = collections.Counter()
faults = []
lock = threading.Lock()
over = threading.Event()


def count(what):
    with lock:
        counts[what] += 1


def fault(what):
    with lock:
        faults.append(what)
        if len(faults) <= 20:
            print("WRONG", what, flush=True)


class Server:
    def __init__(self):
        self.port = free_port()
        self.log = open("/dev/null", "w")
        self.process = subprocess.Popen(
            [oven, "serve", model, "--port", str(self.port), "--device", "CPU", "--cache-dir", cache, "--no-access-log",
             *options],
            stderr=self.log)
        for _ in range(6000):
            try:
                if self.get("/ready")[0] == 200 and self.workers():
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                sys.exit(f"the server ended with {self.process.returncode}")
            time.sleep(0.1)
        sys.exit("the server does not become ready")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def workers(self):
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    arguments = file.read().split(b"\0")
            except OSError:
                continue
            if parent == self.process.pid and b"worker" in arguments:
                found.append(int(name))
        return found

    @staticmethod
    def resident(process):
        try:
            with open(f"/proc/{process}/status") as file:
                for line in file:
                    if line.startswith("VmRSS:"):
                        return int(line.split()[1]) / 1024
        except OSError:
            pass
        return 0.0

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics")[1].splitlines()
                   if line.split("{")[0] == name)


server = Server()


def question(dice):
    return " ".join(dice.choice(WORDS) for _ in range(int(2 ** dice.uniform(0, 8))))


def body(dice, kind):
    tokens = int(2 ** dice.uniform(0, 6))
    chat = [{"role": "user", "content": question(dice)}]
    if kind == "ollama":
        return "/api/chat", {"model": os.path.basename(model), "messages": chat, "options": {"num_predict": tokens}}
    if kind == "messages":
        return "/v1/messages", {"model": os.path.basename(model), "messages": chat, "max_tokens": tokens, "stream": True}
    if kind == "completions":
        return "/v1/completions", {"prompt": question(dice), "max_tokens": tokens, "stream": True}
    if kind == "responses":
        return "/v1/responses", {"input": question(dice), "max_output_tokens": tokens, "stream": True}
    more = {"messages": chat, "max_tokens": tokens, "stream": kind != "whole", "temperature": dice.choice([0, 0.7, 1.5])}
    if kind == "several":
        more["n"] = dice.randint(2, 4)
    if kind == "schema":
        more["response_format"] = {"type": "json_schema", "json_schema": {"name": "x", "schema": {
            "type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string", "maxLength": 9}},
            "required": ["a", "b"], "additionalProperties": False}}}
    return "/v1/chat/completions", more


ENDS = {"ollama": b'"done":true', "messages": b"message_stop", "responses": b"event: response."}
MALFORMED = [b"", b"{", b"[]", b"nonsense", b'{"messages": 3}', b'{"messages": []}', b'{"messages": [{"role": "x"}]}',
             b'{"messages": [{"role": "user", "content": "x"}], "max_tokens": -1}', b"\xff\xfe", b"[" * 5000,
             b'{"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_schema"}}']


def malformed(dice):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    path = dice.choice(["/v1/chat/completions", "/v1/responses", "/v1/messages", "/api/chat", "/v1/completions"])
    connection.request("POST", path, dice.choice(MALFORMED), {"content-type": "application/json"})
    response = connection.getresponse()
    response.read()
    if not 400 <= response.status < 500:
        fault(f"{path} answered {response.status} to nonsense")
    count("malformed")


def ask(dice):
    kind = dice.choice(["stream", "stream", "whole", "several", "schema", "completions", "messages", "responses", "ollama"])
    manner = dice.choice(["patient"] * 6 + ["slow", "leaves", "leaves early"])
    path, request = body(dice, kind)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    connection.request("POST", path, json.dumps(request), {"content-type": "application/json"})
    if manner == "leaves early":
        time.sleep(dice.uniform(0, 0.5))
        connection.close()
        return count("left early")
    response = connection.getresponse()
    if response.status != 200:
        return fault(f"{kind}: status {response.status}: {response.read()[:300]}")
    if manner == "leaves":
        response.read1(100)
        connection.sock and connection.sock.close()
        response.close()
        return count("left")
    text = b""
    while piece := response.read1(64 if manner == "slow" else 65536):
        text += piece
        if manner == "slow":
            time.sleep(0.02)
    if kind == "whole":
        choice = json.loads(text)["choices"][0]
        good = choice["finish_reason"] in ("stop", "length")
    else:
        good = ENDS.get(kind, b"data: [DONE]") in text and b'"error":{' not in text and b"response.failed" not in text
    if not good:
        return fault(f"{kind}: no end: ...{text[-300:]}")
    count("answered")


def client(number):
    dice = random.Random(number)
    while not over.wait(dice.uniform(0, 2 * thinking)):
        try:
            malformed(dice) if dice.random() < 0.1 else ask(dice)
        except Exception as error:  # noqa: BLE001
            fault(f"{type(error).__name__}: {error}")
            time.sleep(1)


start = time.time()
kill = f"the worker is killed every {pause:g} s" if pause else "no worker is killed"
print(f"soak: {CLIENTS} clients for {minutes:g} minutes, {kill}", flush=True)
threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(CLIENTS)]
for thread in threads:
    thread.start()
memory, kills, next_kill = [], 0, start + pause
while time.time() - start < minutes * 60:
    time.sleep(5)
    workers = server.workers()
    memory.append((Server.resident(server.process.pid), sum(map(Server.resident, workers))))
    if server.process.poll() is not None:
        fault(f"the server ended with {server.process.returncode}")
        break
    if pause and time.time() >= next_kill and workers:
        os.kill(workers[0], signal.SIGKILL)
        kills, next_kill = kills + 1, next_kill + pause
    if len(memory) % 12 == 0:
        print(f"  {time.time() - start:5.0f} s: {dict(counts)}, {kills} kills, server {memory[-1][0]:.0f} MB, "
              f"worker {memory[-1][1]:.0f} MB", flush=True)
over.set()
for thread in threads:
    thread.join(timeout=600)
if any(thread.is_alive() for thread in threads):
    fault("a client still waits for an answer")
if server.process.poll() is None:
    for _ in range(100):
        if server.metric("oven:num_requests_running") + server.metric("oven:num_requests_waiting") == 0:
            break
        time.sleep(0.1)
    else:
        fault("requests go on that nobody waits for")
    restarts, tokens = server.metric("oven:engine_restarts_total"), server.metric("oven:generation_tokens_total")
    if restarts < kills:
        fault(f"{kills} kills and {restarts:g} restarts")
    server.process.send_signal(signal.SIGTERM)
    status = server.process.wait(timeout=120)
    if status:
        fault(f"exit status {status}")
    print(f"soak: {dict(counts)}; {kills} kills, {restarts:g} restarts; {tokens:g} tokens in {time.time() - start:.0f} s")
# What is taken in the first fifth is what all of it needs; the server keeps nothing of a request that has ended.
quiet = memory[len(memory) // 5:]
for index, name in enumerate(["server", "worker"]):
    figures = [entry[index] for entry in quiet]
    half = len(figures) // 2
    before, after = max(figures[:half], default=0), max(figures[half:], default=0)
    print(f"soak: {name}: at most {before:.0f} MB, then {after:.0f} MB")
    if after > before * 1.1 + 32:
        fault(f"the {name}'s memory grows: {before:.0f} MB, then {after:.0f} MB")
print("soak: all good" if not faults else f"soak: {len(faults)} faults")
sys.exit(bool(faults))
