"""Asks Intel's own NPU compiler what it makes of Oven's graphs, and of the peer's: no NPU needed.

    python verify.py OVEN FOLDER [--quick] [--models NAME,...] [--platforms 3720,...] [--paths decode,prefill,npuw]
                     [--prompt N] [--context N] [--bake "OPTIONS"] [--layers N] [--vocabulary N] [--seconds N]
                     [--timeout N] [--clean]
                     [--peer] [--peer-groups -1,128] [--peer-python PATH] [--only-peer]

FOLDER is the one that scripts/install-npu-judge filled. Prints a line per model, graph and platform: compiled or the
compiler's own error, processor seconds, bytes of the blob, the latency that its cost model estimates and the tokens per
second that follow, peak memory. The results stay in FOLDER/results by the content of the graph, so that only what changed
is compiled again, and as rows in FOLDER/rows.jsonl, of which table.py makes tables. Exits with 1 where a graph of ours does
not compile that is not in KNOWN (docs/npu.md tells about those).

decode and prefill are the graphs of `--static`, compiled raw; npuw is the stateful graph on GenAI's way, in pieces, whose
latencies are summed up: that is a first comparison and no latency. --peer needs a Python with optimum-intel.
"""
import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time

import models
from judge import Judge, digest

PLATFORMS = ["3720", "4000", "5010"]
GRAPHS = {"npuw": "openvino_model", "decode": "openvino_decode", "prefill": "openvino_prefill"}
# NPUW folds the layers of a model, but leaves a model of two or three unfolded, which no real one is.
NPUW_LAYERS = 8
# (model, path, platform) that the compiler refuses whatever the graph looks like.
KNOWN = set()
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


class Subject:
    """A model on disk, from random weights, baked by Oven or exported by optimum-intel."""

    def __init__(self, arguments, name):
        self.arguments, self.name = arguments, name
        self.work = os.path.join(os.path.abspath(arguments.folder), "models")

    def folder(self, *parts):
        return os.path.join(self.work, "-".join(map(str, [self.name, *parts])))

    def size(self, layers):
        return f"{layers}-v{self.arguments.vocabulary}" if self.arguments.vocabulary else str(layers)

    def checkpoint(self, layers):
        folder = self.folder(self.size(layers))
        if not os.path.exists(os.path.join(folder, "model.safetensors")):
            part = f"{folder}.part-{os.getpid()}"
            models.write(self.name, part, layers, self.arguments.vocabulary)
            shutil.rmtree(folder, ignore_errors=True)
            os.rename(part, folder)
        return folder

    def layers(self, path):
        usual = models.LAYERS.get(self.name, 2)
        return self.arguments.layers or (max(usual, NPUW_LAYERS) if path == "npuw" else usual)

    def baked(self, path):
        a, layers = self.arguments, self.layers(path)
        folder = self.folder(self.size(layers), "baked", a.prompt, a.context)
        words = ["--force", "--no-tokenizer", "--calibrate", "none", "--target", "npu", "--static", "--prompt-length",
                 str(a.prompt), "--context-length", str(a.context), *shlex.split(a.bake)]
        if "--group-size" not in words:
            # What a calibrated bake chooses; random weights have nothing to be calibrated by.
            words += ["--group-size", "-1"]
        # What a bake was made by and of; its manifest has more, but not the program.
        stamp, made = json.dumps([digest(a.oven), words]), os.path.join(folder, "stamp")
        if not os.path.exists(made) or open(made).read() != stamp:
            subprocess.run([a.oven, "bake", self.checkpoint(layers), "-o", folder, *words], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            with open(made, "w") as file:
                file.write(stamp)
            if a.clean:
                shutil.rmtree(self.checkpoint(layers))
        return os.path.join(folder, GRAPHS[path] + ".xml"), os.path.join(folder, "openvino_model.bin")

    def exported(self, path, group_size):
        a, layers = self.arguments, self.layers(path)
        folder = self.folder(self.size(layers), f"optimum-g{group_size}")
        name = "openvino_model" if path == "npuw" else f"{path}-{a.prompt}-{a.context}"
        xml = os.path.join(folder, name + ".xml")
        if not os.path.exists(xml):
            subprocess.run([a.peer_python, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py"),
                            self.checkpoint(layers), folder, str(group_size), path, str(a.prompt), str(a.context), name],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return xml, xml[:-4] + ".bin"


def ways(folder, path, platform, arguments):
    """What the compiler is given, way by way: what `oven compile` gives it, and a load on a machine with such an NPU."""
    words = [arguments.oven, "compile", folder, "--platform", platform, "--dry-run", "--no-cache", "--prompt-length",
             str(arguments.prompt), "--response-length", str(max(64, arguments.context - arguments.prompt))]
    if path != "npuw":
        words.append("--static")
    told = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout)
    return next(task["ways"] for task in told if task["graph"] == GRAPHS[path])


def line(name, maker, path, platform, result, arguments):
    head = f"{name:16} {maker:13} {path:8} {platform}  "
    if not result["compiled"]:
        return head + "FAILS: " + result["reason"]
    tokens = arguments.prompt if path == "prefill" else 1
    speed = "" if path == "npuw" or not result["latency_us"] else f"{tokens * 1e6 / result['latency_us']:9.1f} tokens/s"
    pieces = f" in {result['pieces']} pieces" if result["pieces"] > 1 else ""
    way = ", values in order" if result.get("second_way") else ""
    return (head + f"{result['processor_seconds']:6.1f} s {result['blob_bytes'] / 1e6:7.1f} MB "
            f"{result['latency_us'] / 1e3:9.2f} ms{speed}{pieces}, peak {result['peak_bytes'] / 1e9:.2f} GB{way}")


def judged(judge, graph, folder, path, platform, arguments):
    """What a graph becomes, compiled as the graph of ours in `folder` would be."""
    for index, way in enumerate(ways(folder, path, platform, arguments)):
        result = judge.compile(*graph, way)
        result["second_way"] = index > 0
        if result["compiled"]:
            break
    return result


def makers(subject, path, arguments):
    """Who makes the graph of a path, and how."""
    if not arguments.only_peer:
        yield "oven", lambda: subject.baked(path)
    if arguments.peer or arguments.only_peer:
        for size in arguments.peer_groups.split(","):
            yield f"optimum g{size}", lambda size=size: subject.exported(path, size)


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("oven")
    parser.add_argument("folder")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--only-peer", action="store_true")
    parser.add_argument("--peer-groups", default="128,-1")
    parser.add_argument("--peer-python", default=os.path.join(ROOT, ".venv-peers", "bin", "python"))
    parser.add_argument("--models")
    parser.add_argument("--platforms", default=",".join(PLATFORMS))
    parser.add_argument("--paths", default="decode,prefill,npuw")
    parser.add_argument("--prompt", type=int)
    parser.add_argument("--context", type=int)
    parser.add_argument("--layers", type=int, help="of every model, instead of those that show its pattern")
    parser.add_argument("--vocabulary", type=int, help="at most so many tokens, where the head only takes time")
    parser.add_argument("--bake", default="")
    parser.add_argument("--seconds", type=float, help="begin no compile after so many; what is left is named")
    parser.add_argument("--timeout", type=float, default=900, help="processor seconds for a graph")
    parser.add_argument("--clean", action="store_true", help="remove a checkpoint when it is baked; real sizes take gigabytes")
    arguments = parser.parse_args()
    arguments.prompt = arguments.prompt or (256 if arguments.quick else 1024)
    arguments.context = arguments.context or (320 if arguments.quick else 1152)
    if arguments.models is None:
        arguments.models = "quick" if arguments.quick else ",".join(name for name in models.MODELS if not name.startswith("quick"))
    return arguments


def main():
    arguments = parsed()
    judge, failures, skipped, start = Judge(arguments.folder, arguments.timeout), 0, 0, time.monotonic()
    for name in arguments.models.split(","):
        subject = Subject(arguments, name)
        for path in arguments.paths.split(","):
            for maker, make in makers(subject, path, arguments):
                try:
                    graph = make()
                except subprocess.CalledProcessError as error:
                    words = error.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"]
                    print(f"{name:16} {maker:13} {path:8} not made: {' '.join(words[-3:])[:300]}", flush=True)
                    failures += maker == "oven"
                    continue
                for platform in arguments.platforms.split(","):
                    if arguments.seconds and time.monotonic() - start > arguments.seconds:
                        print(f"{name:16} {maker:13} {path:8} {platform}  SKIPPED: no time left", flush=True)
                        skipped += 1
                        continue
                    # The peer has no graphs of fixed shape: what was reshaped for the comparison is given what ours is.
                    folder = os.path.dirname((graph if path == "npuw" else subject.baked(path))[0])
                    result = judged(judge, graph, folder, path, platform, arguments)
                    print(line(name, maker, path, platform, result, arguments), flush=True)
                    record(arguments, {"model": name, "layers": subject.layers(path), "maker": maker, "path": path,
                                       "platform": platform, "bake": arguments.bake,
                                       "vocabulary": arguments.vocabulary}, result)
                    if maker == "oven" and not result["compiled"] and (name, path, platform) not in KNOWN:
                        failures += 1
    if skipped:
        print(f"{skipped} graphs were not judged: more than {arguments.seconds} s", file=sys.stderr)
    if failures:
        print(f"{failures} graphs do not compile", file=sys.stderr)
    return 1 if failures else 0


def record(arguments, subject, result):
    row = {**subject, "prompt": arguments.prompt, "context": arguments.context, **result}
    with open(os.path.join(arguments.folder, "rows.jsonl"), "a") as file:
        file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    sys.exit(main())
