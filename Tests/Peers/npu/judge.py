"""Runs judge.exe, and reads what it and the compiler say. Results are kept by the content of the graph."""
import hashlib
import json
import math
import os
import re
import resource
import subprocess
import tempfile
import time


class Judge:
    def __init__(self, folder, timeout):
        self.folder, self.timeout = os.path.abspath(folder), timeout
        self.results = os.path.join(self.folder, "results")
        os.makedirs(self.results, exist_ok=True)

    def compile(self, xml, weights, properties):
        pairs = {**properties, "LOG_LEVEL": "LOG_INFO"}
        key = hashlib.sha256(json.dumps([digest(xml), digest(weights), pairs], sort_keys=True).encode()).hexdigest()[:32]
        kept = os.path.join(self.results, key + ".json")
        if os.path.exists(kept):
            with open(kept) as file:
                return json.load(file)
        result = self.run(xml, weights, pairs)
        if result.pop("timed_out"):
            # Another day, or a quieter machine, may tell.
            return result
        with open(kept + ".part", "w") as file:
            json.dump(result, file)
        os.replace(kept + ".part", kept)
        return result

    def run(self, xml, weights, pairs):
        blob = os.path.join(self.folder, f"judged-{os.getpid()}.blob")
        words = [word for pair in pairs.items() for word in pair]
        command = ["wine", os.path.join(self.folder, "bin", "judge.exe"), *map(windows, [xml, weights, blob]), *words]
        environment = {**os.environ, "WINEPREFIX": os.path.join(self.folder, "wine"), "WINEDEBUG": "-all"}
        start, computed = time.monotonic(), processor_seconds()
        # A file and no pipe: Wine's services, which the first program starts, would keep a pipe open when it has ended.
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(command, env=environment, cwd=os.path.join(self.folder, "bin"), stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=subprocess.STDOUT, preexec_fn=self.limit)
            try:
                process.wait(timeout=10 * self.timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if os.path.exists(blob):
                os.remove(blob)
            log.seek(0)
            text = log.read()
        late = process.returncode < 0 and processor_seconds() - computed > 0.9 * self.timeout
        if late:
            text += f"\n[ERROR] more than {self.timeout:g} processor seconds".encode()
        result = understood(text.decode("utf-8", "replace"))
        result["timed_out"] = late
        result["wall_seconds"] = round(time.monotonic() - start, 1)
        result["processor_seconds"] = round(processor_seconds() - computed, 1)
        return result

    def limit(self):
        """Limits what the child computes: a clock would end the compiler sooner on a busy machine."""
        seconds = math.ceil(self.timeout)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def processor_seconds():
    """What the ended children have computed: other than a clock, it does not depend on what else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def windows(path):
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def digest(path):
    sum = hashlib.blake2b()
    with open(path, "rb") as file:
        while piece := file.read(1 << 22):
            sum.update(piece)
    return sum.hexdigest()


def understood(log):
    """What the program and the compiler's log say."""
    result = {"compiled": False}
    for line in log.splitlines():
        if line.startswith('{"judge":'):
            event = json.loads(line)
            kind = event.pop("judge")
            result.update(event)
            result["compiled"] = result["compiled"] or kind == "exported"
    latencies = [float(found) for found in re.findall(r"Estimated inference latency: ([0-9.]+) us", log)]
    result["latency_us"], result["pieces"] = round(sum(latencies), 2), len(latencies)
    result["piece_latencies_us"] = latencies
    if not result["compiled"]:
        result["reason"] = reason(log, result.pop("error", ""))
    return result


def reason(log, error):
    """The compiler's first own error, or the last line of what was thrown."""
    own = [line.split("] ", 2)[-1].strip() for line in log.splitlines() if "[ERROR]" in line]
    thrown = [line for line in error.splitlines() if line.strip() and not line.startswith("Exception from")]
    return (own or thrown or ["no word at all: the compiler crashed"])[0 if own else -1][:300]
