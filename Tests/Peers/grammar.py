"""Masks of Oven's grammars beside those of llguidance and XGrammar, on the same tokenizer, schemas and tokens.

    python3 grammar.py BENCH_GRAMMAR TOKENIZER.json SCHEMAS.jsonl [--schemas 200]

Needs `pip install llguidance==1.9.1 xgrammar==0.2.8 tokenizers==0.22.1 numpy`. For each schema that all three take,
the tokens of its first valid instance are followed, and each token that one of them allows and another does not is
counted by kind. The three differ on purpose in how many blanks and digits they allow and in escapes; a token of any
other kind that Oven alone allows is a fault, unless it is listed in the report as the peer's. Prints one JSON object.
"""

import argparse
import collections
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
import tokenizers

os.environ["RAYON_NUM_THREADS"] = "1"


def oven(bench, tokenizer, rows):
    """The masks that Oven writes: {line: [(next token, bits)]}, and its times."""
    with tempfile.TemporaryDirectory() as folder:
        lines = os.path.join(folder, "schemas.jsonl")
        with open(lines, "w") as file:
            for row in rows:
                file.write(json.dumps(row) + "\n")
        out = os.path.join(folder, "masks.bin")
        summary = json.loads(subprocess.run([bench, tokenizer, lines, out], check=True, capture_output=True).stdout)
        words = (summary["tokens"] + 63) // 64
        masks = collections.defaultdict(list)
        with open(out, "rb") as file:
            while head := file.read(8):
                line, token = struct.unpack("<ii", head)
                bits = np.unpackbits(np.frombuffer(file.read(words * 8), dtype=np.uint8), bitorder="little")
                masks[line].append((token, bits[: summary["tokens"]].astype(bool)))
    return summary, masks


class LLGuidance:
    name = "llguidance"

    def __init__(self, path):
        import llguidance
        import llguidance.numpy

        self.module = llguidance
        self.tokenizer = llguidance.LLTokenizer(open(path).read())
        self.size = self.tokenizer.vocab_size
        self.bitmask = llguidance.numpy.allocate_token_bitmask(1, self.size)

    def start(self, schema):
        grammar = self.module.LLMatcher.grammar_from_json_schema(schema)
        matcher = self.module.LLMatcher(self.tokenizer, grammar)
        if matcher.is_error():
            raise ValueError(matcher.get_error())
        return matcher

    def mask(self, matcher):
        self.module.numpy.fill_next_token_bitmask(matcher, self.bitmask, 0)
        return np.unpackbits(self.bitmask[0].view(np.uint8), bitorder="little").astype(bool)

    def accept(self, matcher, token):
        return matcher.consume_token(token)


class XGrammar:
    name = "xgrammar"

    def __init__(self, path):
        import xgrammar

        self.module = xgrammar
        tokenizer = tokenizers.Tokenizer.from_file(path)
        size = tokenizer.get_vocab_size()
        vocabulary = [tokenizer.id_to_token(i) or "" for i in range(size)]
        info = xgrammar.TokenizerInfo(
            vocabulary, xgrammar.VocabType.BYTE_LEVEL, stop_token_ids=[tokenizer.token_to_id("<|im_end|>")])
        self.compiler = xgrammar.GrammarCompiler(info, max_threads=1)
        self.bitmask = np.zeros((1, (size + 31) // 32), dtype=np.int32)

    def start(self, schema):
        compiled = self.compiler.compile_json_schema(schema, any_whitespace=True, strict_mode=False)
        return self.module.GrammarMatcher(compiled)

    def mask(self, matcher):
        import torch

        bits = torch.from_numpy(self.bitmask)
        if not matcher.fill_next_token_bitmask(bits, 0):
            self.bitmask[:] = -1
        return np.unpackbits(self.bitmask[0].view(np.uint8), bitorder="little").astype(bool)

    def accept(self, matcher, token):
        return matcher.accept_token(token)


def kind(text):
    """What a token is about, for the ways in which the three differ on purpose."""
    if not text:
        return "control token"
    if not text.isprintable() and text.strip(" \t\r\n\"{}[],:") == "" or text.strip() == "":
        return "blanks"
    if "\\" in text:
        return "escapes"
    if any(ord(c) == 0xFFFD for c in text):
        return "part of a character"
    if text.strip(" \t\r\n\"{}[],:") == "":
        return "marks"
    if text.strip("0123456789.eE+- ") == "":
        return "digits"
    return "text"


def figures(times):
    times = sorted(times)
    if not times:
        return {}
    at = lambda share: round(times[int((len(times) - 1) * share)], 1)
    return {"count": len(times), "p50": at(0.5), "p99": at(0.99), "mean": round(sum(times) / len(times), 1)}


def compare(peer, masks, rows, decode):
    result = {"schemas": 0, "refused by it": 0, "steps": 0, "steps that are equal": 0}
    only = {"oven": collections.Counter(), peer.name: collections.Counter()}
    examples = {}
    first, each = [], []
    for line, steps in masks.items():
        schema = json.dumps(rows[line]["schema"])
        start = time.thread_time()
        try:
            matcher = peer.start(schema)
            peer.mask(matcher)
        except Exception:
            result["refused by it"] += 1
            continue
        first.append((time.thread_time() - start) * 1e6)
        result["schemas"] += 1
        for token, ours in steps:
            start = time.thread_time()
            theirs = peer.mask(matcher)
            each.append((time.thread_time() - start) * 1e6)
            size = min(len(ours), len(theirs))
            result["steps"] += 1
            apart = np.flatnonzero(ours[:size] != theirs[:size])
            if not len(apart):
                result["steps that are equal"] += 1
            for index in apart:
                who = "oven" if ours[index] else peer.name
                what = kind(decode(int(index)))
                only[who][what] += 1
                examples.setdefault(f"{who}: {what}", [])
                if len(examples[f"{who}: {what}"]) < 6:
                    examples[f"{who}: {what}"].append(
                        {"schema": rows[line].get("name"), "token": decode(int(index)), "before": decode(token)})
            if not peer.accept(matcher, token):
                result["tokens it refuses"] = result.get("tokens it refuses", 0) + 1
                examples.setdefault("it refuses", []).append(
                    {"schema": rows[line].get("name"), "token": decode(token)})
                break
    result["only Oven allows"] = dict(only["oven"])
    result["only it allows"] = dict(only[peer.name])
    result["first mask, us"] = figures(first)
    result["mask, us"] = figures(each)
    result["examples"] = {key: value[:6] for key, value in examples.items()}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench")
    parser.add_argument("tokenizer")
    parser.add_argument("schemas")
    parser.add_argument("--schemas", dest="count", type=int, default=200)
    arguments = parser.parse_args()
    rows = []
    for line in open(arguments.schemas):
        row = json.loads(line)
        valid = [test for test in row["tests"] if test["valid"]][:1]
        if valid:
            rows.append({"name": row.get("name"), "schema": row["schema"], "tests": valid})
    rows = rows[:: max(1, len(rows) // arguments.count)][: arguments.count]
    summary, masks = oven(arguments.bench, arguments.tokenizer, rows)
    tokenizer = tokenizers.Tokenizer.from_file(arguments.tokenizer)
    texts = [tokenizer.decode([i]) for i in range(summary["tokens"])]
    result = {"oven": summary}
    for peer in (LLGuidance(arguments.tokenizer), XGrammar(arguments.tokenizer)):
        result[peer.name] = compare(peer, masks, rows, texts.__getitem__)
    json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
