"""Compares servers over HTTP: `oven serve` and llama.cpp's server, in turn with OpenVINO GenAI in its own process.

    python servers.py OVEN FOLDER GGUF [--clients 1 4 16 64] [--rounds 3] [--prompt-tokens 64] [--generate-tokens 48]
                   [--llama PYTHON] [--device CPU] [--option OPTION-OF-SERVE ...]

A round starts each program anew, and lets so many clients ask at once, once to warm up and once to count: total tokens a
second, from the first request to the last answer's end. GenAI's ContinuousBatchingPipeline reads the same folder and gets
the same requests without HTTP; llama.cpp's server (its own, in the package xllamacpp) reads the GGUF that the folder was
baked from. Besides, of Oven alone: the mean time to the first token of 16 clients at once and of 16 that take turns, and
the processor's time that the server's process takes beside the worker's steps.
"""
import argparse
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import llama  # noqa: E402
from compare import line, run_genai  # noqa: E402

TOGETHER = 16


class Server:
    """A program that answers /v1/completions, until it is left."""

    def __init__(self, command, port):
        self.port = port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.dice = random.Random(1)

    def __enter__(self):
        for _ in range(1200):
            try:
                self.ask(8, 1)
                return self
            except (OSError, http.client.HTTPException, RuntimeError):
                if self.process.poll() is not None:
                    sys.exit(f"the server ended with {self.process.returncode}")
                time.sleep(0.1)
        sys.exit("the server does not come up")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def ask(self, length, tokens, stream=False):
        """Asks, and returns the seconds to the first token, where they stream in."""
        prompt = [self.dice.randrange(1000, 20000) for _ in range(length)]
        body = {"prompt": prompt, "max_tokens": tokens, "temperature": 0, "ignore_eos": True,
                "stream": stream}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        start = time.perf_counter()
        connection.request("POST", "/v1/completions", json.dumps(body), {"content-type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {response.read()[:200]}")
        if not stream:
            count = json.loads(response.read())["usage"]["completion_tokens"]
            if count != tokens:
                raise RuntimeError(f"{count} tokens instead of {tokens}")
            return 0
        first = None
        while text := response.readline():
            if first is None and text.startswith(b"data: {"):
                first = time.perf_counter() - start
        return first

    def together(self, count, length, tokens, stream=False):
        """So many clients at once: the seconds that all took, and those to each one's first token."""
        firsts, faults = [], []

        def client():
            try:
                firsts.append(self.ask(length, tokens, stream))
            except Exception as error:  # noqa: BLE001
                faults.append(error)

        threads = [threading.Thread(target=client) for _ in range(count)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            sys.exit(f"{count} clients: {faults[0]}")
        return time.perf_counter() - start, firsts

    def in_turn(self, count, length, tokens):
        """Seconds from the moment when all came to each one's first token, where one waits for the other."""
        start = time.perf_counter()
        firsts = []
        for _ in range(count):
            before = time.perf_counter() - start
            firsts.append(before + self.ask(length, tokens, stream=True))
        return firsts

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rates(self, arguments):
        result = {}
        for count in arguments.clients:
            self.together(count, arguments.prompt_tokens, arguments.generate_tokens)
            seconds, _ = self.together(count, arguments.prompt_tokens, arguments.generate_tokens)
            result[count] = count * arguments.generate_tokens / seconds
        return result


def run_oven(arguments):
    port = llama.free_port()
    command = [arguments.oven, "serve", arguments.folder, "--port", str(port), "--device", arguments.device,
               "--no-access-log", *arguments.option]
    with Server(command, port) as server:
        result = {"rates": server.rates(arguments)}
        length, tokens = arguments.prompt_tokens, arguments.generate_tokens
        _, firsts = server.together(TOGETHER, length, tokens, stream=True)
        result["together"] = statistics.mean(firsts)
        result["in turn"] = statistics.mean(server.in_turn(TOGETHER, length, tokens))
        most = max(arguments.clients)
        before = server.processor_seconds()
        seconds, _ = server.together(most, length, tokens, stream=True)
        result["share"] = (server.processor_seconds() - before) / seconds
        return result


def run_llama(arguments):
    port = llama.free_port()
    tokens = arguments.prompt_tokens + arguments.generate_tokens
    command = llama.server(arguments.llama, arguments.gguf, port, max(arguments.clients), tokens)
    with Server(command, port) as server:
        return server.rates(arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("oven")
    parser.add_argument("folder")
    parser.add_argument("gguf")
    parser.add_argument("--device", default="CPU")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--generate-tokens", type=int, default=48)
    parser.add_argument("--llama", help="a Python that has xllamacpp", default=sys.executable)
    parser.add_argument("--option", action="append", default=[], help="one for oven serve, as --option=--no-tuning")
    arguments = parser.parse_args()
    plan = {
        "sequences": arguments.clients, "prompt_tokens": arguments.prompt_tokens,
        "generate_tokens": arguments.generate_tokens, "repetitions": 1, "prefills": [], "batched_tokens": 1024,
    }
    mine, genai, others = [], [], []
    for number in range(arguments.rounds):
        mine.append(run_oven(arguments))
        genai.append(run_genai(arguments, plan)["batch"])
        others.append(run_llama(arguments))
        print(f"round {number + 1} of {arguments.rounds} is done", file=sys.stderr, flush=True)

    print(f"{arguments.prompt_tokens} tokens of prompt, {arguments.generate_tokens} generated, {arguments.device}")
    for name, theirs in (("GenAI", genai), ("llama.cpp", others)):
        for count in arguments.clients:
            line(f"{count} clients", [round["rates"][count] for round in mine], [round[count] for round in theirs],
                 "tokens/s", peer=name)
    shares = [round["together"] / round["in turn"] for round in mine]
    print(
        f"  first token of {TOGETHER} clients: {statistics.median(round['together'] for round in mine):.2f} s at once, "
        f"{statistics.median(round['in turn'] for round in mine):.2f} s in turn; {statistics.median(shares):.2f} of it "
        f"({min(shares):.2f} to {max(shares):.2f})")
    share = [round["share"] for round in mine]
    print(
        f"  the server's process at {max(arguments.clients)} streams: {statistics.median(share) * 100:.1f} % of a "
        f"processor's time ({min(share) * 100:.1f} to {max(share) * 100:.1f})")


main()
