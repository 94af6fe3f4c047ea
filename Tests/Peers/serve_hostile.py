"""Sends made-up and broken requests to a server, which must refuse each in words and go on serving.

    serve_hostile.py HOST:PORT [COUNT]
"""

import json
import random
import socket
import sys
import threading
import time

PATHS = ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages", "/v1/messages/count_tokens",
         "/api/chat", "/api/generate", "/api/show", "/tokenize", "/detokenize", "/apply-template", "/v1/embeddings"]
GOOD = {"model": "test", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5, "prompt": "Hi", "input": "Hi",
        "content": "Hi", "tokens": [1, 2]}
WORDS = ["stream", "temperature", "top_p", "n", "stop", "tools", "tool_choice", "response_format", "logit_bias", "seed",
         "logprobs", "system", "options", "format", "keep_alive", "thinking", "text", "reasoning", "metadata",
         *GOOD]
VALUES = [None, True, False, 0, -1, 1e308, -1e308, 2**63, 2**70, "", "x", "\ud800", "\u0000", [], {}, [[]], [None], [{}],
          {"type": "function"}, {"type": "json_schema"}, {"": ""}, "x" * 5000, [1] * 2000, {"a": {"b": {"c": []}}}]


def exchange(address, data, patience=10, half=False):
    with socket.create_connection(address, timeout=patience) as connection:
        connection.sendall(data)
        if half:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except (ConnectionResetError, TimeoutError):
            pass
        return answer


def request(method, path, body, headers=()):
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "connection: close", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def mutated(chance):
    value = json.loads(json.dumps(GOOD))
    for _ in range(chance.randint(1, 4)):
        value[chance.choice(WORDS)] = chance.choice(VALUES)
    return value


def one(address, chance):
    kind = chance.randrange(10)
    path = chance.choice(PATHS)
    text = json.dumps(mutated(chance)).encode()
    if kind < 5:
        answer = exchange(address, request("POST", path, text))
    elif kind == 5:
        broken = bytearray(text)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        answer = exchange(address, request("POST", path, bytes(broken)))
    elif kind == 6:
        depth = chance.choice([100, 1000, 100_000])
        answer = exchange(address, request("POST", path, b'{"messages":' + b"[" * depth + b"]" * depth + b"}"))
    elif kind == 7:
        many = [f"x-{number}: {'y' * chance.choice([1, 100])}" for number in range(chance.choice([10, 500, 2000]))]
        answer = exchange(address, request("POST", path, text, many))
    elif kind == 8:
        # A body that ends too early, and garbage instead of a request.
        if chance.random() < 0.5:
            exchange(address, request("POST", path, text)[: -chance.randint(1, 20)], half=True)
        else:
            exchange(address, bytes(chance.randrange(256) for _ in range(200)), half=True)
        return
    else:
        # Gone before the answer.
        with socket.create_connection(address, timeout=5) as connection:
            connection.sendall(request("POST", path, text))
        return
    status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0
    if status not in (200, 400, 404, 413, 431, 501):
        raise AssertionError(f"{path} answers {status}: {text[:300]!r} {answer[:300]!r}")


def main():
    host, port = sys.argv[1].split(":")
    address = (host, int(port))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    faults = []

    def work(number):
        chance = random.Random(number)
        for _ in range(count // 8):
            try:
                one(address, chance)
            except Exception as fault:  # noqa: BLE001
                faults.append(fault)

    # Some who never finish their headers, all the while.
    slow = [socket.create_connection(address) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: ")
    began = time.time()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer = exchange(address, request("POST", "/v1/chat/completions", json.dumps(
        {"messages": [{"role": "user", "content": "Hi"}]}).encode()))
    for fault in faults[:10]:
        print("WRONG", fault)
    if faults or not answer.startswith(b"HTTP/1.1 200"):
        sys.exit(f"{len(faults)} hostile requests were not answered as they should; at the end: {answer[:100]!r}")
    print(f"ok    {count} hostile requests in {time.time() - began:.0f} s, and it serves on")


main()
