"""Write the first inputs of a reader:  seeds.py READER FOLDER   (mostly from the tests' fixtures)"""
import base64
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
    elif reader == "hub":
        yield from hub()
    elif reader == "vocabulary":
        folder = os.path.join(fixtures, "importers")
        for name in sorted(os.listdir(folder)):
            if name.endswith(".model"):
                yield open(os.path.join(folder, name), "rb").read(), None
        for line in lines("importers/sentencepiece.jsonl"):
            if "model" in line:
                yield base64.b64decode(line["model"]), None
        ranks = ["IQ== 0", "Ig== 1", "YWI= 2", "IGFi 3"]
        yield "\n".join(ranks), None


def hub():
    """Listings as the hub gives them, and headers of its answers."""
    names = [
        ["config.json", "tokenizer.json", "model.safetensors"],
        ["config.json", "tokenizer.model", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
         "model.safetensors.index.json"],
        ["README.md", "m-Q4_K_M.gguf", "m-Q8_0-00001-of-00002.gguf", "m-Q8_0-00002-of-00002.gguf", "mmproj-m.gguf"],
        ["config.json", "vocab.json", "merges.txt", "pytorch_model.bin", "additional_chat_templates/tool_use.jinja"],
        ["openvino_model.xml", "openvino_model.bin", "config.json", "openvino_tokenizer.xml"],
        ["../evil", "/etc/passwd", "a/../b", "C:\\x"],
    ]
    headers = [
        "bytes 0-99/1000", "bytes 5-9/*", "120", "Sun, 06 Nov 1994 08:49:37 GMT", '"api";r=0;t=55', "/relative?x=1",
        "https://cdn.example/file", "http://cdn.example/file", "owner/name", "Q4_K_M",
    ]
    for number, header in enumerate(headers):
        siblings = []
        for name in names[number % len(names)]:
            file = {"rfilename": name, "size": 10, "blobId": "a" * 40}
            if name.endswith((".safetensors", ".gguf", ".bin")):
                file["lfs"] = {"sha256": "b" * 64, "size": 10, "pointerSize": 134}
            siblings.append(file)
        yield json.dumps({"sha": "0" * 40, "gated": False, "siblings": siblings}), header


def encoded(part):
    return part.encode() if isinstance(part, str) else part


for number, (head, tail) in enumerate(seeds()):
    data = encoded(head) if tail is None else encoded(head) + b"\0" + encoded(tail)
    if len(data) <= 65536:
        open(os.path.join(folder, f"seed-{number}"), "wb").write(data)
