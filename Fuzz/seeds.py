"""Write the first inputs of a reader of text:  seeds.py READER FOLDER   (from the tests' fixtures)"""
import json
import os
import sys

reader, folder = sys.argv[1:]
fixtures = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/Fixtures")


def lines(path):
    return [json.loads(line) for line in open(os.path.join(fixtures, path), encoding="utf-8")]


def seeds():
    if reader == "regex":
        for line in lines("patterns/goldens.jsonl"):
            yield line["regex"], line["cases"][-1][0]
    elif reader == "tokenizer":
        for line in lines("tokenizers/components.jsonl"):
            yield json.dumps(line["tokenizer"], ensure_ascii=False), line["cases"][0]["text"]
    elif reader == "template":
        for case in json.load(open(os.path.join(fixtures, "templates/engine_cases.json"), encoding="utf-8"))["cases"]:
            yield case["template"], '{"xs": [1, 2], "s": "a <b>", "m": {"k": [1]}, "html": "<b>"}'


for number, (head, tail) in enumerate(seeds()):
    data = head.encode() + b"\0" + tail.encode()
    if len(data) <= 65536:
        open(os.path.join(folder, f"seed-{number}"), "wb").write(data)
