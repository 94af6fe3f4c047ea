"""Makes rows of docs/families.md of what families.py printed.

    python families.py FIXTURES BAKED | python families_table.py

A family with recurrent states has no NPU path: `oven bake --target npu` refuses it.
"""
import re
import sys

RECURRENT = ("GatedDeltaNet", "TensorIterator", "Convolution")

for line in sys.stdin:
    match = re.match(r"(\S+)\s+(.*;)\s*$", line)
    if not match:
        continue
    name, parts = match[1], dict(p.strip().split(" ", 1) for p in match[2].split(";") if p.strip())
    error, tokens = parts["whole"].split("/")
    paged = parts.get("paged", "–")
    if paged.startswith("no"):
        paged = "no"
    elif "/" in paged:
        count, windows = paged.split("/")
        shown = sorted({w for w in windows.split(",") if w not in ("0", "None", "")})
        paged = f"{count} of 12" + (f", window {', '.join(shown)}" if shown else "")
    npu = parts.get("npu", "–")
    if any(node + ":" in parts.get("nodes", "") for node in RECURRENT):
        npu = "refused: recurrent"
    elif "/" in npu:
        npu = ", ".join(npu.split("/")[:2]) + ("\\*" if npu.endswith("*") else "")
    print(f"| {name} | {error}, {tokens} of 12 | {parts['steps']} | {parts['padded']} | {paged} | {npu} |")
