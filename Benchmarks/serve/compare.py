"""Compares `oven bench --sequences` with OpenVINO GenAI, in turn, on one folder.

    python compare.py OVEN FOLDER [--sequences 1 4 16] [--rounds 3] [--repetitions 3] [--prompt-tokens 64]
                      [--generate-tokens 128] [--prefills 512 2048] [--shared-prefix 500] [--device CPU] [--oven OPTION]

A round loads each program anew in a process of its own, which answers so many requests at once, a few times after one
that does not count; rounds alternate, so that a machine whose speed drifts is unfair to nobody. What counts is the
tokens generated a second, of all sequences together, from the first request to the last answer's end; of a prompt alone,
the time to its first token; and of two prompts that begin alike, how much sooner the second one's first token comes.
GenAI is ContinuousBatchingPipeline; for one sequence LLMPipeline, too, whichever is faster. Guesses from the text are off
on our side, since they are no work that GenAI does, and are told apart.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time


def measure_genai(folder, device, plan):
    """Runs in a process of its own; prints what one load gave."""
    import numpy
    import openvino
    import openvino_genai

    scheduler = openvino_genai.SchedulerConfig()
    # Room for everything from the start: growing its cache copies it.
    scheduler.cache_size = 2
    scheduler.max_num_seqs = max(plan["sequences"] + [16])
    # As long as our own: its default of 256 is for many small requests.
    scheduler.max_num_batched_tokens = plan["batched_tokens"]
    pipeline = openvino_genai.ContinuousBatchingPipeline(folder, scheduler, device)
    random = numpy.random.default_rng(1)

    def prompts(count, length):
        return [openvino.Tensor(random.integers(1000, 20000, (1, length), dtype=numpy.int64)) for _ in range(count)]

    def config(tokens):
        result = openvino_genai.GenerationConfig()
        result.ignore_eos = True
        result.do_sample = False
        result.max_new_tokens = tokens
        return result

    def seconds(count, length, tokens):
        batch = prompts(count, length)
        start = time.perf_counter()
        results = pipeline.generate(batch, [config(tokens)] * count)
        end = time.perf_counter()
        assert sum(len(result.m_generation_ids[0]) for result in results) == count * tokens
        return end - start

    def median(function):
        return statistics.median([function() for _ in range(plan["repetitions"] + 1)][1:])

    result = {"batch": {}, "prefill": {}}
    for count in plan["sequences"]:
        result["batch"][count] = count * plan["generate_tokens"] / median(
            lambda: seconds(count, plan["prompt_tokens"], plan["generate_tokens"]))
    for length in plan["prefills"]:
        result["prefill"][length] = median(lambda: seconds(1, length, 1))
    del pipeline
    if 1 in plan["sequences"]:
        single = openvino_genai.LLMPipeline(folder, device)
        def one():
            prompt = openvino_genai.TokenizedInputs(
                prompts(1, plan["prompt_tokens"])[0],
                openvino.Tensor(numpy.ones((1, plan["prompt_tokens"]), dtype=numpy.int64)))
            start = time.perf_counter()
            single.generate(prompt, config(plan["generate_tokens"]))
            return time.perf_counter() - start
        rate = plan["generate_tokens"] / median(one)
        result["single"] = rate
    print(json.dumps(result))


def run_genai(arguments, plan):
    command = [sys.executable, __file__, "--child", arguments.folder, arguments.device, json.dumps(plan)]
    result = json.loads(subprocess.check_output(command).decode().strip().split("\n")[-1])
    return {
        "batch": {int(count): rate for count, rate in result["batch"].items()},
        "prefill": {int(length): seconds for length, seconds in result["prefill"].items()},
        "single": result.get("single", 0),
    }


def bench(arguments, *options):
    command = [
        arguments.oven, "bench", arguments.folder, "--device", arguments.device, "--json", "--repetitions",
        str(arguments.repetitions), *arguments.option, *options,
    ]
    return json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL))


def run_oven(arguments):
    result = {"batch": {}, "prefill": {}, "outside": {}}
    report = bench(
        arguments, "--sequences", ",".join(map(str, arguments.sequences)), "--prompt-tokens",
        str(arguments.prompt_tokens), "--generate-tokens", str(arguments.generate_tokens), "--shared-prefix",
        str(arguments.shared_prefix), "--no-guesses")
    for batch in report["batch"]:
        result["batch"][batch["sequences"]] = batch["tokens_per_second"]["median"]
        result["outside"][batch["sequences"]] = batch["overhead"]["median"]
    result["gain"] = report["shared_prefix"]["gain"]
    for length in arguments.prefills:
        report = bench(
            arguments, "--sequences", "1", "--prompt-tokens", str(length), "--generate-tokens", "2", "--no-guesses")
        result["prefill"][length] = report["batch"][0]["first_token_seconds"]["median"]
    return result


def line(name, mine, theirs, unit, less_is_more=False, peer="GenAI"):
    ratios = [(b / a if less_is_more else a / b) for a, b in zip(mine, theirs)]
    parts = [
        f"{who} {statistics.median(values):8.1f} ({min(values):.1f} to {max(values):.1f})"
        for who, values in (("oven", mine), (peer, theirs))
    ]
    print(f"  {name:24} {'; '.join(parts)} {unit}; oven {statistics.median(ratios):.2f} times")


def main():
    if sys.argv[1:2] == ["--child"]:
        return measure_genai(sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("oven")
    parser.add_argument("folder")
    parser.add_argument("--device", default="CPU")
    parser.add_argument("--sequences", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--generate-tokens", type=int, default=128)
    parser.add_argument("--prefills", type=int, nargs="*", default=[512, 2048])
    parser.add_argument("--shared-prefix", type=int, default=500)
    parser.add_argument("--option", action="append", default=[], help="one for oven bench, as --option=--no-tuning")
    arguments = parser.parse_args()
    plan = {
        "sequences": arguments.sequences, "prompt_tokens": arguments.prompt_tokens,
        "generate_tokens": arguments.generate_tokens, "repetitions": arguments.repetitions,
        "prefills": arguments.prefills, "batched_tokens": 1024,
    }

    mine, theirs = [], []
    for number in range(arguments.rounds):
        mine.append(run_oven(arguments))
        theirs.append(run_genai(arguments, plan))
        print(f"round {number + 1} of {arguments.rounds} is done", file=sys.stderr, flush=True)

    print(f"{arguments.prompt_tokens} tokens of prompt, {arguments.generate_tokens} generated, {arguments.device}")
    for count in arguments.sequences:
        best = [round["batch"][count] for round in theirs]
        if count == 1:
            best = [max(rate, round["single"]) for rate, round in zip(best, theirs)]
        line(f"{count} sequences", [round["batch"][count] for round in mine], best, "tokens/s")
    for length in arguments.prefills:
        line(
            f"prompt of {length}", [1000 * round["prefill"][length] for round in mine],
            [1000 * round["prefill"][length] for round in theirs], "ms", less_is_more=True)
    for count in arguments.sequences:
        outside = [round["outside"][count] for round in mine]
        print(f"  outside of the device, {count} sequences: {statistics.median(outside) * 100:.2f} %")
    gains = [round["gain"] for round in mine]
    print(
        f"  first token with {arguments.shared_prefix} tokens shared: {statistics.median(gains):.1f} times sooner "
        f"({min(gains):.1f} to {max(gains):.1f})")


if __name__ == "__main__":
    main()
