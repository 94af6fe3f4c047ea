"""Compares `oven tokenize` with HF tokenizers on every case of the fixtures: ids, ids with special tokens, text.

    ids.py OVEN [FOLDER ...]      (folders with a tokenizer.json, besides those of Tests/Fixtures/tokenizers)

HF tokenizers computes its side here and now, from the same tokenizer.json.
"""
import json
import pathlib
import subprocess
import sys

from tokenizers import Tokenizer

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "tokenizers"


def oven(program, folder, lines, *options):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    command = [program, "tokenize", str(folder), "--jsonl", *options]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.removesuffix("\n").split("\n")]


def main():
    program = sys.argv[1]
    folders = sorted(path.parent for path in FIXTURES.glob("*/tokenizer.json"))
    folders += [pathlib.Path(name) for name in sys.argv[2:]]
    texts = []
    for cases in sorted((FIXTURES / "cases").glob("*.jsonl")):
        texts += [json.loads(line)["text"] for line in cases.read_text().splitlines()]
    texts = list(dict.fromkeys(texts))
    failures = 0
    for folder in folders:
        peer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        peer.no_truncation()
        peer.no_padding()
        plain = [peer.encode(text, add_special_tokens=False).ids for text in texts]
        special = [peer.encode(text).ids for text in texts]
        decoded = [peer.decode(ids, skip_special_tokens=False) for ids in plain]
        wrong = sum(a != b for a, b in zip(oven(program, folder, texts, "--no-special"), plain))
        wrong += sum(a != b for a, b in zip(oven(program, folder, texts), special))
        wrong += sum(a != b for a, b in zip(oven(program, folder, plain, "--decode"), decoded))
        failures += wrong
        print(f"{'ok  ' if wrong == 0 else 'FAIL'} {folder.name}: {wrong} of {3 * len(texts)} differ", flush=True)
    sys.exit(1 if failures else 0)


main()
