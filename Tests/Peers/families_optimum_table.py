"""Writes what families_optimum.sh measured into docs/families.md.

    families_optimum_table.py ROOT FIXTURES WORK

WORK has optimum.txt and oven.txt, the lines that families.py printed, and exports.txt of families_optimum.py.
"""
import os
import sys

from families_table import between, lines


def agreement(parts):
    """Error and greedy tokens of a model, and whether these are transformers' own."""
    whole = parts.get("whole", "FAIL")
    if whole.startswith("FAIL") or "/" not in whole:
        return "does not run", False
    error, tokens = whole.split("/")
    steps = parts.get("steps", "FAIL")
    far = steps.startswith("FAIL") or float(steps) >= 1e-4
    shown = f"{error}, {tokens} of 12" + (f", token by token {'fails' if steps.startswith('FAIL') else steps}" if far else "")
    return shown, float(error) < 1e-4 and tokens == "12" and not far


def main():
    root, fixtures, work = sys.argv[1:4]
    names = sorted(n for n in os.listdir(fixtures) if os.path.exists(f"{fixtures}/{n}/reference.safetensors"))
    reasons = {}
    for line in open(f"{work}/exports.txt"):
        if " no: " in line:
            # What the newest transformers says counts.
            reasons.setdefault(line.split()[0], line.split(" no: ", 1)[1].strip())
    found = {maker: dict(lines(f"{work}/{maker}.txt")) for maker in ("optimum", "oven")}
    table, baked, equal = ["| tiny model | optimum-intel 2.2 | Oven |", "|---|---|---|"], dict(optimum=0, oven=0), dict(optimum=0, oven=0)
    for name in names:
        cells = []
        for maker in ("optimum", "oven"):
            if name in found[maker]:
                shown, agrees = agreement(found[maker][name])
                baked[maker] += 1
                equal[maker] += agrees
                cells.append(shown)
            else:
                cells.append("not exported: " + reasons.get(name, "no reason")[:90].replace("|", "/") if maker == "optimum" else "refused")
        table.append(f"| {name} | {' | '.join(cells)} |")
    summary = (f"Of {len(names)} models optimum-intel 2.2 exports {baked['optimum']}, of which {equal['optimum']} agree with transformers "
               f"(within 1e-4, whole and token by token, 12 of 12 greedy tokens); Oven bakes {baked['oven']}, of which {equal['oven']} agree.")
    path = f"{root}/docs/families.md"
    text = between(open(path).read(), "optimum", summary + "\n\n" + "\n".join(table))
    open(path, "w").write(text)
    print(summary)


if __name__ == "__main__":
    main()
