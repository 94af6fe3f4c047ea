"""Writes what families_run.sh measured into docs/families.md and Sources/Architectures/Configuration/MeasuredFamilies.swift.

    families_table.py ROOT WORK

WORK has tiny.txt, variants.txt and gguf.txt, the lines that families.py printed, variants/NAME/config.json, and static.txt,
the names of the models that were baked with fixed shapes too. A family with recurrent states has no NPU path:
`oven bake --target npu` refuses it. What a line does not have was not tried ("–").
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
        npu = ", ".join(npu.split("/")[:2]) + ("\\*" if npu.endswith("*") else "")
    elif npu.startswith("FAIL"):
        npu = "no"
    return dict(name=name, error=error, tokens=tokens, steps=parts.get("steps", "–"), padded=parts.get("padded", "–"), paged=paged, npu=npu)


def model_type(folder, name):
    return json.load(open(f"{folder}/{name}/config.json"))["model_type"]


def between(text, mark, new):
    start, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = text.split(start)
    return before + start + "\n\n" + new + "\n\n" + end + rest.split(end)[1]


def main():
    root, work = sys.argv[1:3]
    static = set(open(f"{work}/static.txt").read().split())
    rows = [row(n, p) for n, p in lines(f"{work}/tiny.txt")]
    gguf = [row(n, p) for n, p in lines(f"{work}/gguf.txt")]
    listed = json.loads(subprocess.run([f"{root}/.build/release/oven", "families", "--json"], capture_output=True, text=True, check=True).stdout)
    files = {f["model_type"]: f["gguf"] for f in listed}
    variants = [row(n, p) for n, p in lines(f"{work}/variants.txt")]
    families = {}
    for r, folder in [(r, f"{root}/Tests/Fixtures/tiny") for r in rows] + [(r, f"{work}/variants") for r in variants]:
        if r["name"].startswith("with-senses-"):
            continue
        f = families.setdefault(model_type(folder, r["name"]), dict(error=0.0, count=0, equal=True, paged=None, npu=None, static=None))
        f["count"] += 1
        f["error"] = max(f["error"], float(r["error"]))
        f["equal"] &= r["tokens"] == "12"
        f["paged"] = f["paged"] is not False and r["paged"].startswith("12 of 12")
        if r["npu"] != "–":
            f["npu"] = f["npu"] is not False and not r["npu"].startswith(("refused", "no"))
    for name in os.listdir(f"{root}/Tests/Fixtures/tiny"):
        if os.path.isdir(f"{root}/Tests/Fixtures/tiny/{name}") and name[0] != "_":
            f = families.get(model_type(f"{root}/Tests/Fixtures/tiny", name))
            if f: f["static"] = f["static"] is not False and name in static
    yes = lambda b: "–" if b is None else "yes" if b else "no"
    table = ["| `model_type` | models | error | greedy tokens | stateful | paged | NPU path | static | GGUF |", "|---|---|---|---|---|---|---|---|---|"]
    for kind, f in sorted(families.items()):
        table.append(f"| {kind} | {f['count']} | {f['error']:.1e} | {'equal' if f['equal'] else 'differ'} | yes | {yes(f['paged'])} | {yes(f['npu'])} | {yes(f['static'])} | {', '.join(files.get(kind, [])) or 'no'} |")
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
    def members(f):
        marks = [f'"{k}": {str(f[k]).lower()}' for k in ("paged", "npu", "static") if f[k] is not None]
        return ", ".join([f'"error": {f["error"]:.1e}'] + marks)

    facts = ",\n".join(f'      "{k}": {{{members(f)}}}' for k, f in sorted(families.items()))
    open(f"{root}/Sources/Architectures/Configuration/MeasuredFamilies.swift", "w").write(SWIFT % facts)


SWIFT = '''import JSON

/// What runs of each family and how far its tiny models are from transformers.
///
/// Written by `Tests/Peers/families_run.sh` from runs, not by hand.
package struct MeasuredFamily: Sendable {
  /// The largest difference of a logit, relative to the largest logit.
  package let error: Double
  /// Whether every layer has a paged form; nil where it was not tried.
  package let isPaged: Bool?
  /// Whether the NPU plugin's path runs it; nil where it was not tried.
  package let runsOnNPU: Bool?
  /// Whether it bakes with fixed shapes; nil where it was not tried.
  package let hasFixedShapes: Bool?

  /// By model type.
  package static let all: [String: MeasuredFamily] = {
    let table = (try? JSON(parsing: text))?.object ?? [:]
    return Dictionary(
      table.map { entry in
        (
          entry.key,
          MeasuredFamily(
            error: entry.value["error"]?.double ?? .nan, isPaged: entry.value["paged"]?.bool,
            runsOnNPU: entry.value["npu"]?.bool, hasFixedShapes: entry.value["static"]?.bool)
        )
      }, uniquingKeysWith: { first, _ in first })
  }()

  private static let text = """
    {
%s
    }
    """
}
'''

if __name__ == "__main__":
    main()
