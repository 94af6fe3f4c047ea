"""Compares `oven bench` with OpenVINO GenAI's LLMPipeline, in turn, on the same machine in the same run.

    python compare.py OVEN FOLDER [--peer-folder DIR ...] [--rounds 5] [--prompt-tokens 512] [--generate-tokens 128]
                      [--device CPU] [--peers-in-oven] [--gguf FILE [--llama PYTHON]]

FOLDER is baked by Oven; both programs run it, Oven as it comes and with OpenVINO's kernels. Each DIR, baked by another
tool, is run by GenAI, and by Oven only where asked for. The GGUF that the folder was baked from is run by llama.cpp (the
server in the package xllamacpp, whose own timings count). A round loads every contestant anew in a process of its own and
lets it answer a few times; rounds alternate, so that a machine whose speed drifts is unfair to nobody. What counts is the
median over the rounds, and the ratio round by round. GenAI is asked for its usual backend (paged attention) and for the
stateful one (SDPA).
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import llama  # noqa: E402


def measure_genai(folder, backend, device, prompt_tokens, generate_tokens, repetitions):
    """Runs in a process of its own; prints what one load gave."""
    import numpy
    import openvino
    import openvino_genai

    options = {"ATTENTION_BACKEND": backend} if backend else {}
    pipeline = openvino_genai.LLMPipeline(folder, device, **options)
    config = openvino_genai.GenerationConfig()
    config.ignore_eos = True
    config.do_sample = False

    # Token ids in themselves do not matter to the speed, but other prompts must not share a cached prefix.
    def prompt(seed):
        ids = numpy.random.default_rng(seed).integers(1000, 20000, (1, prompt_tokens), dtype=numpy.int64)
        return openvino_genai.TokenizedInputs(openvino.Tensor(ids), openvino.Tensor(numpy.ones_like(ids)))

    prefill, decode = [], []
    for number in range(repetitions + 1):
        config.max_new_tokens = generate_tokens
        metrics = pipeline.generate(prompt(number), config).perf_metrics
        if number:
            prefill.append(prompt_tokens / metrics.get_ttft().mean * 1000)
            decode.append(1000 / metrics.get_tpot().mean)
    print(json.dumps({"prefill": statistics.median(prefill), "decode": statistics.median(decode)}))


def run_genai(arguments, folder, backend):
    command = [
        sys.executable, __file__, "--child", folder, backend, arguments.device, str(arguments.prompt_tokens),
        str(arguments.generate_tokens), str(arguments.repetitions),
    ]
    return json.loads(subprocess.check_output(command).decode().strip().split("\n")[-1])


def run_llama(arguments):
    port = llama.free_port()
    command = llama.server(
        arguments.llama, arguments.gguf, port, 1, arguments.prompt_tokens + arguments.generate_tokens)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    dice, timings, attempts = random.Random(1), [], 0
    try:
        while len(timings) <= arguments.repetitions:
            body = {"prompt": [dice.randrange(1000, 20000) for _ in range(arguments.prompt_tokens)], "temperature": 0,
                    "n_predict": arguments.generate_tokens, "ignore_eos": True, "cache_prompt": False}
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/completion", json.dumps(body).encode(), {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=300) as response:
                    timings.append(json.load(response)["timings"])
            except OSError:
                # It is not up yet, or says that it is loading.
                attempts += 1
                if process.poll() is not None or attempts > 600:
                    sys.exit(f"llama.cpp's server does not answer {body['n_predict']} tokens to {arguments.prompt_tokens}")
                time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
    assert all(t["prompt_n"] == arguments.prompt_tokens and t["predicted_n"] == arguments.generate_tokens for t in timings)
    # The first one warms up.
    return {
        "prefill": statistics.median(t["prompt_per_second"] for t in timings[1:]),
        "decode": statistics.median(t["predicted_per_second"] for t in timings[1:]),
    }


def run_oven(arguments, folder, *options):
    command = [
        arguments.oven, "bench", folder, "--device", arguments.device, "--json", *options,
        "--prompt-tokens", str(arguments.prompt_tokens), "--generate-tokens", str(arguments.generate_tokens),
        "--repetitions", str(arguments.repetitions),
    ]
    report = json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))
    whole = next(p for p in report["prefill"] if p["prompt_tokens"] == arguments.prompt_tokens)
    return {
        "prefill": whole["tokens_per_second"]["median"], "decode": report["decode"]["tokens_per_second"]["median"],
        "outside": report["decode"]["overhead"]["median"], "memory": report["peak_memory_bytes"],
        "start": report["load"]["cached"]["seconds"].get("median", 0) + report["load"]["warm_up_seconds"],
    }


def main():
    if sys.argv[1:2] == ["--child"]:
        folder, backend, device, *numbers = sys.argv[2:]
        return measure_genai(folder, backend, device, *map(int, numbers))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("oven")
    parser.add_argument("folder")
    parser.add_argument("--peer-folder", action="append", default=[])
    parser.add_argument("--peers-in-oven", action="store_true", help="let Oven run the peers' folders too")
    parser.add_argument("--gguf", help="what the folder was baked from, for llama.cpp")
    parser.add_argument("--llama", help="a Python that has xllamacpp", default=sys.executable)
    parser.add_argument("--device", default="CPU")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--prompt-tokens", type=int, default=512)
    parser.add_argument("--generate-tokens", type=int, default=128)
    arguments = parser.parse_args()

    def name(folder):
        return os.path.basename(os.path.normpath(folder))

    ours = f"oven, {name(arguments.folder)}"
    contestants = {ours: lambda: run_oven(arguments, arguments.folder)}
    if arguments.device == "CPU":
        contestants["oven, the plugin's kernels"] = lambda: run_oven(
            arguments, arguments.folder, "--cpu-kernels", "plugin")
    if arguments.gguf:
        contestants[f"llama.cpp, {name(arguments.gguf)}"] = lambda: run_llama(arguments)
    for folder in [arguments.folder, *arguments.peer_folder]:
        for label, backend in (("GenAI", ""), ("GenAI SDPA", "SDPA")):
            contestants[f"{label}, {name(folder)}"] = lambda f=folder, b=backend: run_genai(arguments, f, b)
    for folder in arguments.peer_folder if arguments.peers_in_oven else []:
        contestants[f"oven, {name(folder)}"] = lambda f=folder: run_oven(arguments, f)
    results = {contestant: [] for contestant in contestants}
    for number in range(arguments.rounds):
        for contestant, run in contestants.items():
            results[contestant].append(run())
        print(f"round {number + 1} of {arguments.rounds} is done", file=sys.stderr)

    print(f"{arguments.prompt_tokens} tokens of prompt, {arguments.generate_tokens} generated, {arguments.device}, tokens/s")
    for contestant, rounds in results.items():
        line = f"  {contestant:<32}"
        for kind in ("prefill", "decode"):
            values = sorted(r[kind] for r in rounds)
            line += f" {kind} {statistics.median(values):7.1f} ({values[0]:.1f} to {values[-1]:.1f})"
            if contestant != ours:
                ratios = [mine[kind] / theirs[kind] for mine, theirs in zip(results[ours], rounds)]
                line += f", oven {statistics.median(ratios):.2f} times"
            line += ";" if kind == "prefill" else ""
        print(line)
        if "start" in rounds[0]:
            start, memory = (statistics.median(r[k] for r in rounds) for k in ("start", "memory"))
            print(f"    cached start with warm-up {start:.2f} s, peak memory {memory / 1e6:.0f} MB")
    outside = statistics.median(r["outside"] for r in results[ours])
    print(f"  oven outside of the device: {outside * 100:.2f} % of the time")


main()
