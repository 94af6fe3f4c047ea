"""Three servers behind HAProxy, with the configuration that `deploy` has: sticky by prefix, and one killed under load.

    serve_fleet.py OVEN MODEL CACHE        needs Debian's haproxy

Requests fail only where the server that was killed had begun to answer them.
"""
import collections
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from checks import check, finish, free_port

oven, model, cache = sys.argv[1:4]
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def ready(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/slots")
        # A server is ready before its model is loaded: requests wait. Here it should be loaded.
        return len(json.loads(connection.getresponse().read())) == 1
    except (OSError, ValueError, http.client.HTTPException):
        return False


def ask(port, system, question, tokens, stream=True):
    """The server's name, the text and the cached tokens of an answer; the text is None where it broke off."""
    body = {"messages": [{"role": "system", "content": system}, {"role": "user", "content": question}],
            "max_tokens": tokens, "stream": stream, "temperature": 0, "ignore_eos": True}
    if stream:
        body["stream_options"] = {"include_usage": True}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    name = response.getheader("x-served-by")
    try:
        text = response.read()
    except http.client.HTTPException:
        return name, None, 0
    if response.status != 200 or (stream and b"data: [DONE]" not in text):
        return name, None, response.status
    cached = re.search(rb'"cached_tokens":(\d+)', text)
    return name, text, int(cached[1]) if cached else 0


ports = {"one": free_port(), "two": free_port(), "three": free_port()}
front = free_port()
folder = tempfile.mkdtemp()
with open(os.path.join(root, "deploy", "haproxy.cfg")) as file:
    text = file.read().replace("127.0.0.1:8080", f"127.0.0.1:{front}")
for number, port in enumerate(ports.values(), 8081):
    text = text.replace(f"127.0.0.1:{number}", f"127.0.0.1:{port}")
with open(folder + "/haproxy.cfg", "w") as file:
    file.write(text)

processes = []


def start(arguments):
    process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    processes.append(process)
    return process


try:
    servers = {}
    for name, port in ports.items():
        servers[name] = start([oven, "serve", model, "--port", str(port), "--device", "CPU", "--cache-dir", cache,
                               "--kv-cache-size", "0.2", "--no-access-log"])
        for _ in range(1200):
            if ready(port):
                break
            time.sleep(0.1)
        else:
            sys.exit(f"server {name} does not come up")
    start(["haproxy", "-f", folder + "/haproxy.cfg"])
    time.sleep(3)

    systems = [f"You are assistant number {number}. " + "Be brief and kind. " * 30 for number in range(12)]
    first = [ask(front, system, "Hello?", 2) for system in systems]
    again = [ask(front, system, "And now?", 2) for system in systems]
    check("all are answered", all(answer[1] for answer in first + again), first)
    check("requests that begin alike go to the same server",
          [answer[0] for answer in first] == [answer[0] for answer in again], (first, again))
    check("and find their beginning in its cache", all(answer[2] > 100 for answer in again),
          [answer[2] for answer in again])
    spread = collections.Counter(answer[0] for answer in first)
    check("others go elsewhere", len(spread) > 1, spread)

    outcomes, lock, over = [], threading.Lock(), threading.Event()

    def client(number):
        turn = 0
        while not over.is_set():
            turn += 1
            begun = time.time()
            try:
                name, answer, _ = ask(front, systems[number % 12], f"Count from {turn}.", 24, stream=number % 2 == 0)
            except (OSError, http.client.HTTPException) as error:
                name, answer = f"{type(error).__name__} {error}", None
            with lock:
                outcomes.append((name, answer is not None, begun, time.time()))

    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(15)
    victim = spread.most_common(1)[0][0]
    servers[victim].send_signal(signal.SIGKILL)
    killed = time.time()
    time.sleep(15)
    over.set()
    for thread in threads:
        thread.join(timeout=600)
    failed = [outcome for outcome in outcomes if not outcome[1]]
    others = [outcome for outcome in failed if outcome[0] != victim or not outcome[2] <= killed <= outcome[3]]
    check(f"of {len(outcomes)} requests, {len(failed)} failed, all of them begun by the server that was killed",
          not others, others[:5])
    after = [outcome for outcome in outcomes if outcome[2] > killed]
    check(f"{len(after)} requests after it are answered by the other two",
          after and all(outcome[1] and outcome[0] != victim for outcome in after), after[:3])
finally:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=90)
        except subprocess.TimeoutExpired:
            process.kill()
finish()
