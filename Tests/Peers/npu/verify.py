"""Asks Intel's own NPU compiler what it makes of Oven's graphs, and of the peer's: no NPU needed.

    python verify.py OVEN FOLDER [--quick] [--models NAME,...] [--platforms 3720,...] [--paths decode,prefill,npuw]
                     [--peer] [--prompt N] [--context N] [--bake "OPTIONS"]

FOLDER is the one that scripts/install-npu-judge filled. Prints a line per model, graph and platform: compiled or the
compiler's own error, seconds, bytes of the blob, the latency that its cost model estimates and the tokens per second that
follow, peak memory. The results stay in FOLDER/results by the content of the graph, so that only what changed is compiled
again. Exits with 1 where a graph of ours does not compile that is not in KNOWN (docs/npu.md tells about those).

decode and prefill are the graphs of `--static`, compiled raw; npuw is the stateful graph on GenAI's way, in pieces, whose
latencies are summed up: that is a first comparison and no latency. --peer needs .venv-peers with optimum-intel.
"""
import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time

import models

PLATFORMS = ["3720", "4000", "5010"]
# NPUW folds the layers of a model, but leaves a model of two or three unfolded, which no real one is.
NPUW_LAYERS = 8
TIMEOUT = 900
# (model, path, platform) that the compiler refuses whatever the graph looks like.
KNOWN = set()


class Judge:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.results = os.path.join(self.folder, "results")
        os.makedirs(self.results, exist_ok=True)

    def compile(self, xml, weights, platform, properties):
        pairs = {"NPU_COMPILER_TYPE": "PLUGIN", "NPU_PLATFORM": platform, "LOG_LEVEL": "LOG_INFO", **properties}
        key = hashlib.sha256(json.dumps([digest(xml), digest(weights), pairs]).encode()).hexdigest()[:32]
        kept = os.path.join(self.results, key + ".json")
        if os.path.exists(kept):
            with open(kept) as file:
                return json.load(file)
        result = self.run(xml, weights, pairs)
        with open(kept + ".part", "w") as file:
            json.dump(result, file)
        os.replace(kept + ".part", kept)
        return result

    def run(self, xml, weights, pairs):
        blob = os.path.join(self.folder, f"judged-{os.getpid()}.blob")
        words = [word for pair in pairs.items() for word in pair]
        command = ["wine", os.path.join(self.folder, "bin", "judge.exe"), *map(windows, [xml, weights, blob]), *words]
        environment = {**os.environ, "WINEPREFIX": os.path.join(self.folder, "wine"), "WINEDEBUG": "-all"}
        start = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=os.path.join(self.folder, "bin"),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            text = process.communicate(timeout=TIMEOUT)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            text = process.communicate()[0] + f"\n[ERROR] more than {TIMEOUT} s".encode()
        finally:
            if os.path.exists(blob):
                os.remove(blob)
        result = understood(text.decode("utf-8", "replace"))
        result["wall_seconds"] = round(time.monotonic() - start, 1)
        return result


def windows(path):
    return "Z:" + os.path.abspath(path).replace("/", "\\")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


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
    if not result["compiled"]:
        result["reason"] = reason(log, result.pop("error", ""))
    return result


def reason(log, error):
    """The compiler's first own error, or the last line of what was thrown."""
    own = [line.split("] ", 2)[-1].strip() for line in log.splitlines() if "[ERROR]" in line]
    thrown = [line for line in error.splitlines() if line.strip() and not line.startswith("Exception from")]
    return (own or thrown or ["no word at all: the compiler crashed"])[0 if own else -1][:300]


class Subject:
    """A model on disk, from random weights, baked by Oven or exported by optimum-intel."""

    def __init__(self, arguments, name):
        self.arguments, self.name = arguments, name
        self.work = os.path.join(arguments.folder, "models")

    def checkpoint(self, layers):
        folder = os.path.join(self.work, f"{self.name}-{layers}")
        if not os.path.exists(os.path.join(folder, "model.safetensors")):
            models.write(self.name, folder + ".part", layers)
            os.rename(folder + ".part", folder)
        return folder

    def layers(self, path):
        usual = models.LAYERS.get(self.name, 2)
        return max(usual, NPUW_LAYERS) if path == "npuw" else usual

    def baked(self, path):
        a = self.arguments
        layers = self.layers(path)
        folder = os.path.join(self.work, f"{self.name}-{layers}-baked")
        subprocess.run(
            [a.oven, "bake", self.checkpoint(layers), "-o", folder, "--force", "--no-tokenizer", "--target", "npu",
             "--static", "--prompt-length", str(a.prompt), "--context-length", str(a.context), *shlex.split(a.bake)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        graph = {"npuw": "openvino_model", "decode": "openvino_decode", "prefill": "openvino_prefill"}[path]
        return os.path.join(folder, graph + ".xml"), os.path.join(folder, "openvino_model.bin")

    def exported(self, path, group_size):
        layers, a = self.layers(path), self.arguments
        folder = os.path.join(self.work, f"{self.name}-{layers}-optimum-g{group_size}")
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
        python = os.path.join(root, ".venv-peers", "bin", "python")
        xml = os.path.join(folder, {"npuw": "openvino_model"}.get(path, path) + ".xml")
        if not os.path.exists(xml):
            subprocess.run([python, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py"),
                            self.checkpoint(layers), folder, str(group_size), path, str(a.prompt), str(a.context)],
                           check=True, stdout=subprocess.DEVNULL)
        return xml, xml[:-4] + ".bin"


def properties(path, arguments):
    if path != "npuw":
        return {}
    return {"NPU_USE_NPUW": "YES", "NPUW_LLM": "YES", "NPUW_DEVICES": "NPU", "NPUW_FALLBACK_EXEC": "NO",
            "NPUW_LLM_MAX_PROMPT_LEN": str(arguments.prompt),
            "NPUW_LLM_MIN_RESPONSE_LEN": str(max(64, arguments.context - arguments.prompt))}


def line(name, maker, path, platform, result, arguments):
    head = f"{name:16} {maker:13} {path:8} {platform}  "
    if not result["compiled"]:
        return head + "FAILS: " + result["reason"]
    tokens = arguments.prompt if path == "prefill" else 1
    speed = "" if path == "npuw" or not result["latency_us"] else f"{tokens * 1e6 / result['latency_us']:9.1f} tokens/s"
    pieces = f" in {result['pieces']} pieces" if result["pieces"] > 1 else ""
    return (head + f"{result['seconds']:6.1f} s {result['blob_bytes'] / 1e6:7.1f} MB {result['latency_us'] / 1e3:9.2f} ms"
            f"{speed}{pieces}, peak {result['peak_bytes'] / 1e9:.2f} GB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oven")
    parser.add_argument("folder")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--models")
    parser.add_argument("--platforms", default=",".join(PLATFORMS))
    parser.add_argument("--paths", default="decode,prefill,npuw")
    parser.add_argument("--prompt", type=int)
    parser.add_argument("--context", type=int)
    parser.add_argument("--bake", default="")
    arguments = parser.parse_args()
    arguments.prompt = arguments.prompt or (256 if arguments.quick else 1024)
    arguments.context = arguments.context or (320 if arguments.quick else 1152)
    names = arguments.models.split(",") if arguments.models else (
        ["quick"] if arguments.quick else [name for name in models.MODELS if name != "quick"])
    judge, failures = Judge(arguments.folder), 0
    for name in names:
        subject = Subject(arguments, name)
        for path in arguments.paths.split(","):
            makers = [("oven", subject.baked(path))]
            if arguments.peer:
                makers += [(f"optimum g{size}", subject.exported(path, size)) for size in (128, -1)]
            for platform in arguments.platforms.split(","):
                for maker, (xml, weights) in makers:
                    result = judge.compile(xml, weights, platform, properties(path, arguments))
                    if path == "npuw" and not result["compiled"]:
                        # Oven's second way, which is GenAI's too where the user gives it the property.
                        second = {**properties(path, arguments), "NPUW_LLM_OPTIMIZE_V_TENSORS": "NO"}
                        result = judge.compile(xml, weights, platform, second)
                    print(line(name, maker, path, platform, result, arguments), flush=True)
                    if maker == "oven" and not result["compiled"] and (name, path, platform) not in KNOWN:
                        failures += 1
    if failures:
        print(f"{failures} graphs do not compile", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
