"""Writes what families_run.sh measured into docs/families.md and Sources/Architectures/Configuration/MeasuredFamily+All.swift.

    families_table.py ROOT WORK

WORK has tiny.txt, variants.txt and gguf.txt, the lines that families.py printed, made/NAME/config.json, and in static the
models that were baked with fixed shapes too. A family with recurrent states has no NPU path: `oven bake --target npu`
refuses it.
"""
import json
import os
import re
import subprocess
import sys

RECURRENT = ("GatedDeltaNet", "TensorIterator", "Convolution")


def lines(path):
    for line in open(path):
        match = re.match(r"(\S+)\s+(.*;)\s*$", line)
        if match:
            yield match[1], dict(p.strip().split(" ", 1) for p in match[2].split(";") if p.strip())


def row(name, parts):
    whole = parts.get("whole", "–")
    error, tokens = whole.split("/") if "/" in whole else ("fails", "0")
    paged = parts.get("paged", "–")
    if "/" in paged and not paged.startswith("no"):
        count, windows = paged.split("/")
        shown = sorted({w for w in windows.split(",") if w not in ("0", "None", "")}, key=int)
        paged = f"{count} of 12" + (f", window {', '.join(shown)}" if shown else "")
    else:
        paged = "no"
    npu = parts.get("npu", "–")
    if any(node + ":" in parts.get("nodes", "") for node in RECURRENT):
        npu = "refused: recurrent"
    elif "/" in npu and not npu.startswith("FAIL"):
        # Half precision: found up to 0.04 where it runs; beyond, it computes something else, unless short numbers alone
        # do as much to these weights.
        prefill, steps, *mark = npu.split("/")
        short = re.search("±(.*)", "".join(mark))
        far = max(float(prefill), float(steps)) > max(0.05, 3 * float(short[1]) if short else 0)
        npu = "no: " * far + f"{prefill}, {steps}" + (f" (bf16: {short[1]})" if short else "") + "\\*" * ("*" in "".join(mark))
    elif npu.startswith("FAIL"):
        npu = "no"
    return dict(name=name, error=error, tokens=tokens, steps=parts.get("steps", "–"), padded=parts.get("padded", "–"), paged=paged, npu=npu)


def model_type(folder, name):
    return json.load(open(f"{folder}/{name}/config.json"))["model_type"]


def between(text, mark, new):
    start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = text.split(start)
    return before + start + "\n\n" + new + "\n\n" + end + rest.split(end)[1]


def reach(marks):
    return "yes" if all(marks) else "partly" if any(marks) else "no"


class Family:
    """What is known of the models of one model type."""

    def __init__(self):
        self.count, self.error, self.gguf, self.equal = 0, 0.0, None, True
        self.paged, self.npu, self.static = [], [], []

    def add(self, row):
        self.count += 1
        self.error = max(self.error, float(row["error"]))
        self.equal &= row["tokens"] == "12"
        self.paged.append(row["paged"].startswith("12 of 12"))
        if row["npu"] != "–":
            self.npu.append(not row["npu"].startswith(("refused", "no")))

    def line(self, kind, files):
        gguf = ", ".join(files) or "no"
        cells = [kind, str(self.count), f"{self.error:.1e}", "equal" if self.equal else "differ", "yes",
                 reach(self.paged), reach(self.npu), reach(self.static), gguf + (f" ({self.gguf:.1e})" if self.gguf else "")]
        return "| " + " | ".join(cells) + " |"

    def swift(self, kind):
        gguf = f"{self.gguf:.1e}" if self.gguf else "nil"
        return (f'    "{kind}": .init(\n      error: {self.error:.1e}, paged: .{reach(self.paged)}, npu: .{reach(self.npu)}, '
                f"fixedShapes: .{reach(self.static)}, ggufError: {gguf}),")


def main():
    root, work = sys.argv[1:3]
    tiny = f"{root}/Tests/Fixtures/tiny"
    rows = [row(n, p) for n, p in lines(f"{work}/tiny.txt")]
    gguf = [row(n, p) for n, p in lines(f"{work}/gguf.txt")]
    variants = [row(n, p) for n, p in lines(f"{work}/variants.txt")]
    listed = json.loads(subprocess.run([f"{root}/.build/release/oven", "families", "--json"], capture_output=True, text=True, check=True).stdout)
    files = {f["model_type"]: f["gguf"] for f in listed}
    families = {}
    for r in rows:
        family = families.setdefault(model_type(tiny, r["name"]), Family())
        family.add(r)
        family.static.append(os.path.exists(f"{work}/static/{r['name']}/openvino_prefill.xml"))
    for r in variants:
        if not r["name"].startswith("with-senses-"):
            families[model_type(f"{work}/made", r["name"])].add(r)
    for r in gguf:
        family = families[model_type(f"{work}/gguf", r["name"])]
        family.gguf = max(family.gguf or 0, float(r["error"]))
    table = ["| `model_type` | models | error | greedy tokens | stateful | paged | NPU path | static | GGUF |", "|---|---|---|---|---|---|---|---|---|"]
    table += [f.line(kind, files.get(kind, [])) for kind, f in sorted(families.items())]
    measured = ["| tiny model | whole | steps | padded | paged | NPU |", "|---|---|---|---|---|---|"] + [
        f"| {r['name']} | {r['error']}, {r['tokens']} of 12 | {r['steps']} | {r['padded']} | {r['paged']} | {r['npu']} |" for r in rows]
    others = ["| variant | whole | steps | padded | paged |", "|---|---|---|---|---|"] + [
        f"| {r['name']} | {r['error']}, {r['tokens']} of 12 | {r['steps']} | {r['padded']} | {r['paged']} |" for r in variants]
    kept = ["| GGUF file | whole | steps |", "|---|---|---|"] + [f"| {r['name']} | {r['error']}, {r['tokens']} of 12 | {r['steps']} |" for r in gguf]
    path = f"{root}/docs/families.md"
    text = open(path).read()
    for mark, new in (("families", table), ("measured", measured), ("variants", others), ("gguf", kept)):
        text = between(text, mark, "\n".join(new))
    open(path, "w").write(text)
    facts = "\n".join(f.swift(kind) for kind, f in sorted(families.items()))
    open(f"{root}/Sources/Architectures/Configuration/MeasuredFamily+All.swift", "w").write(SWIFT % facts)


SWIFT = """extension MeasuredFamily {
  /// By model type. Written by `Tests/Peers/families_run.sh` from runs, not by hand.
  package static let all: [String: MeasuredFamily] = [
%s
  ]
}
"""

if __name__ == "__main__":
    main()
