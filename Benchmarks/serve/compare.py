"""Compares `oven bench --sequences` with OpenVINO GenAI's ContinuousBatchingPipeline, in turn, on one folder.

    python compare.py OVEN FOLDER [--sequences 1 4 16] [--rounds 3] [--repetitions 3] [--prompt-tokens 64]
                      [--generate-tokens 128] [--device CPU]

A round loads each program anew in a process of its own and lets it answer so many requests at once, a few times after
one that does not count; rounds alternate, so that a machine whose speed drifts is unfair to nobody. What counts is the
tokens generated a second, of all sequences together, from the first request to the last answer's end: the median over
the rounds, and the ratio round by round.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time


def measure_genai(folder, device, sequences, prompt_tokens, generate_tokens, repetitions):
    """Runs in a process of its own; prints what one load gave."""
    import numpy
    import openvino
    import openvino_genai

    scheduler = openvino_genai.SchedulerConfig()
    # Room for everything from the start: growing its cache copies it.
    scheduler.cache_size = 2
    scheduler.max_num_seqs = max(sequences, 16)
    pipeline = openvino_genai.ContinuousBatchingPipeline(folder, scheduler, device)
    config = openvino_genai.GenerationConfig()
    config.ignore_eos = True
    config.do_sample = False
    config.max_new_tokens = generate_tokens
    random = numpy.random.default_rng(1)
    rates = []
    for repetition in range(repetitions + 1):
        prompts = [
            openvino.Tensor(random.integers(1000, 20000, (1, prompt_tokens), dtype=numpy.int64))
            for _ in range(sequences)
        ]
        start = time.perf_counter()
        results = pipeline.generate(prompts, [config] * sequences)
        seconds = time.perf_counter() - start
        count = sum(len(result.m_generation_ids[0]) for result in results)
        assert count == sequences * generate_tokens, count
        if repetition:
            rates.append(count / seconds)
    print(json.dumps(statistics.median(rates)))


def run_genai(arguments, sequences):
    command = [
        sys.executable, __file__, "--child", arguments.folder, arguments.device, str(sequences),
        str(arguments.prompt_tokens), str(arguments.generate_tokens), str(arguments.repetitions),
    ]
    return json.loads(subprocess.check_output(command).decode().strip().split("\n")[-1])


def run_oven(arguments, sequences, *options):
    command = [
        arguments.oven, "bench", arguments.folder, "--device", arguments.device, "--json",
        "--sequences", str(sequences), "--prompt-tokens", str(arguments.prompt_tokens),
        "--generate-tokens", str(arguments.generate_tokens), "--repetitions", str(arguments.repetitions), *options,
    ]
    batch = json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))["batch"][0]
    outside.setdefault(sequences, []).append(batch["overhead"]["median"])
    return batch["tokens_per_second"]["median"]


outside = {}


def main():
    if sys.argv[1:2] == ["--child"]:
        folder, device, *numbers = sys.argv[2:]
        return measure_genai(folder, device, *map(int, numbers))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("oven")
    parser.add_argument("folder")
    parser.add_argument("--device", default="CPU")
    parser.add_argument("--sequences", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--generate-tokens", type=int, default=128)
    arguments = parser.parse_args()

    results = {count: {"oven": [], "GenAI": []} for count in arguments.sequences}
    for number in range(arguments.rounds):
        for count in arguments.sequences:
            results[count]["oven"].append(run_oven(arguments, count))
            results[count]["GenAI"].append(run_genai(arguments, count))
        print(f"round {number + 1} of {arguments.rounds} is done", file=sys.stderr)

    print(
        f"{arguments.prompt_tokens} tokens of prompt, {arguments.generate_tokens} generated, {arguments.device}, "
        "tokens/s of all sequences together")
    for count, rates in results.items():
        ratios = [mine / theirs for mine, theirs in zip(rates["oven"], rates["GenAI"])]
        parts = [
            f"{name} {statistics.median(values):7.1f} ({min(values):.1f} to {max(values):.1f})"
            for name, values in rates.items()
        ]
        print(
            f"  {count:3} sequences: {'; '.join(parts)}; oven {statistics.median(ratios):.2f} times, "
            f"{statistics.median(outside[count]) * 100:.2f} % outside of the device")


main()
