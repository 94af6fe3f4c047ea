"""Compare bench-tokenizer with Hugging Face tokenizers and tiktoken, on the same text in the same run, one core.

    python3 compare.py BENCH_TOKENIZER [--megabytes 10] [--fixtures Tests/Fixtures/tokenizers]

Needs `pip install tokenizers tiktoken`; one that is missing is left out. Nothing is downloaded: tiktoken gets its
ranks from the Llama 3 fixture. The text is sentences of Python's own documentation, in an order that a fixed seed
decides; the adversarial texts are a megabyte of one letter, of spaces and of random characters. Times are
processor time, so that other work on the machine counts little.
"""
import argparse
import json
import os
import pydoc_data.topics
import random
import re
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)


def english(size):
    prose = " ".join(pydoc_data.topics.topics[key] for key in sorted(pydoc_data.topics.topics))
    sentences = [s for s in re.findall(r"[A-Z][a-z][^.*|=`\\+]{40,300}\.", re.sub(r"\s+", " ", prose))]
    order, parts, length = random.Random(5), [], 0
    while length < size:
        parts.append(order.choice(sentences) + order.choice([" ", " ", " ", "\n\n"]))
        length += len(parts[-1])
    return "".join(parts)[:size]


def byte_alphabet():
    kept = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in kept]
    return {**{chr(b): b for b in kept}, **{chr(256 + i): b for i, b in enumerate(others)}}


def best(function, runs=3):
    times = []
    for _ in range(runs):
        start = time.process_time()
        value = function()
        times.append(time.process_time() - start)
    return min(times), value


def ours(program, tokenizer, text, runs=3):
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        return json.loads(subprocess.check_output([program, tokenizer, file.name, str(runs)]))


def hugging_face(tokenizer, text):
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    load, reference = best(lambda: Tokenizer.from_file(tokenizer))
    # In pieces of 100 kB at line ends, since one huge string is not what it is made for.
    pieces = re.findall(r"(?s).{1,100000}(?:\n|$)|.{1,100000}", text)
    seconds, _ = best(lambda: [reference.encode(p, add_special_tokens=False).ids for p in pieces], 2)
    return {"load_seconds": load, "encode_megabytes_per_second": len(text.encode()) / 1e6 / seconds}


def tiktoken(tokenizer, text):
    try:
        import tiktoken
    except ImportError:
        return None
    alphabet = byte_alphabet()
    vocabulary = json.load(open(tokenizer))["model"]["vocab"]
    ranks = {bytes(alphabet[c] for c in token): rank for token, rank in vocabulary.items()}
    encoding = tiktoken.Encoding("llama3", pat_str=LLAMA3, mergeable_ranks=ranks, special_tokens={})
    seconds, ids = best(lambda: encoding.encode_ordinary(text), 3)
    return {"encode_megabytes_per_second": len(text.encode()) / 1e6 / seconds, "tokens": len(ids)}


def adversarial(megabytes=1):
    count, order = int(megabytes * 1_000_000), random.Random(7)
    yield "one letter", "a" * count
    yield "spaces", " " * count
    yield "random bytes", bytes(order.randrange(256) for _ in range(count)).decode("latin-1")


def row(name, result, ours=None):
    if result is None:
        return print(f"  {name:<14} not installed")
    rate = result["encode_megabytes_per_second"]
    line = f"  {name:<14} {rate:7.1f} MB/s"
    if "load_seconds" in result:
        line += f"   loads in {result['load_seconds'] * 1000:5.0f} ms"
    if ours:
        line += f"   oven is {ours['encode_megabytes_per_second'] / rate:.1f} times as fast"
    print(line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--fixtures", default="Tests/Fixtures/tokenizers")
    arguments = parser.parse_args()
    text = english(int(arguments.megabytes * 1e6))
    failed = False
    for name in ("llama3", "smollm2", "mistral-v1", "minilm", "unigram"):
        tokenizer = os.path.join(arguments.fixtures, name, "tokenizer.json")
        print(f"{name}, {len(text.encode()) / 1e6:.0f} MB of English")
        mine = ours(arguments.program, tokenizer, text)
        row("oven", mine)
        print(f"  {'':<14} {mine['decode_megabytes_per_second']:7.1f} MB/s decoding")
        row("hugging face", hugging_face(tokenizer, text), mine)
        if name == "llama3":
            result = tiktoken(tokenizer, text)
            row("tiktoken", result, mine)
            failed |= result is not None and result["tokens"] != mine["tokens"]
        for kind, attack in adversarial():
            result = ours(arguments.program, tokenizer, attack, 1)
            seconds = len(attack.encode()) / 1e6 / result["encode_megabytes_per_second"]
            print(f"  {kind + ',':<14} 1 MB: {seconds:.2f} s")
    if failed:
        sys.exit("the counts of tokens differ from tiktoken's")


main()
