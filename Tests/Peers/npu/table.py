"""Markdown of what verify.py found: table.py FOLDER [--prompt N] [--context N] [--bake "OPTIONS"] [--peer]

A row per model, a column per path and platform: estimated milliseconds and megabytes of blob, or why not. --peer puts
optimum-intel's figures and the ratios beside ours. Of rows that were found twice the later one counts.
"""
import argparse
import json
import os

PLATFORMS, PATHS = ["3720", "4000", "5010"], ["decode", "prefill", "npuw"]


def read(folder):
    rows = {}
    with open(os.path.join(folder, "rows.jsonl")) as file:
        for row in map(json.loads, file):
            key = tuple(row[name] for name in ("model", "maker", "path", "platform", "prompt", "context", "bake", "layers"))
            rows[key] = row
    return rows.values()


def cell(row):
    if row is None:
        return "–"
    if not row["compiled"]:
        return "**no**: " + row["reason"].split(" Pass failed")[0].replace("|", "/")[:60]
    way = "²" if row.get("second_way") else ""
    return f"{row['latency_us'] / 1e3:.2f} ms, {row['blob_bytes'] / 1e6:.0f} MB{way}"


def overview(rows):
    found = {(row["model"], row["path"], row["platform"]): row for row in rows if row["maker"] == "oven"}
    print("| model, layers | " + " | ".join(f"{path} {platform}" for path in PATHS for platform in PLATFORMS) + " |")
    print("|---" * (1 + len(PATHS) * len(PLATFORMS)) + "|")
    for model in dict.fromkeys(model for model, _, _ in found):
        cells = [cell(found.get((model, path, platform))) for path in PATHS for platform in PLATFORMS]
        print(f"| {model} | " + " | ".join(cells) + " |")


def beside(rows):
    found = {(row["model"], row["path"], row["platform"], row["maker"]): row for row in rows}
    makers = sorted({maker for *_, maker in found if maker != "oven"})
    print("| model, graph, platform | Oven | " + " | ".join(f"{maker} | ratios" for maker in makers) + " |")
    print("|---" * (2 + 2 * len(makers)) + "|")
    for model, path, platform in dict.fromkeys(key[:3] for key in found):
        ours = found.get((model, path, platform, "oven"))
        cells = [cell(ours)]
        for maker in makers:
            theirs = found.get((model, path, platform, maker))
            cells.append(cell(theirs))
            if ours and theirs and ours["compiled"] and theirs["compiled"] and theirs["latency_us"]:
                cells.append(f"{ours['latency_us'] / theirs['latency_us']:.2f}, "
                             f"{ours['blob_bytes'] / theirs['blob_bytes']:.2f}")
            else:
                cells.append("–")
        print(f"| {model} {path} {platform} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--prompt", type=int, default=1024)
    parser.add_argument("--context", type=int, default=1152)
    parser.add_argument("--bake", default="")
    parser.add_argument("--peer", action="store_true")
    arguments = parser.parse_args()
    rows = [row for row in read(arguments.folder) if row["prompt"] == arguments.prompt
            and row["context"] == arguments.context and (arguments.peer or row["bake"] == arguments.bake)]
    beside(rows) if arguments.peer else overview(rows)


if __name__ == "__main__":
    main()
