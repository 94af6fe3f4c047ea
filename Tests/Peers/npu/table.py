"""Markdown of what verify.py found: table.py FOLDER [--prompt N] [--context N] [--bake "OPTIONS"] [--vocabulary N] [--peer]

A row per model, a column per path: estimated milliseconds on each platform, or why not, and the megabytes of the last one's
blob. --peer puts optimum-intel's figures and the ratios beside ours. Of rows that were found twice the later one counts.
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
            key += (row.get("vocabulary"),)
            rows[key] = row
    return rows.values()


def cell(row):
    if row is None:
        return "–"
    if not row["compiled"]:
        return "**no**: " + row["reason"].split(" Pass failed")[0].replace("|", "/")[:60]
    way = "²" if row.get("second_way") else ""
    return f"{row['latency_us'] / 1e3:.2f} ms, {row['blob_bytes'] / 1e6:.0f} MB{way}"


def brief(row):
    if row is None:
        return "–"
    return f"{row['latency_us'] / 1e3:.2f}{'²' if row.get('second_way') else ''}" if row["compiled"] else "**no**"


def overview(rows):
    """What of ours compiles. Models are named with their layers, raw and through NPUW, where these differ."""
    found, layers = {}, {}
    for row in rows:
        if row["maker"] == "oven":
            found[row["model"], row["path"], row["platform"]] = row
            layers.setdefault(row["model"], {})[row["path"] == "npuw"] = row["layers"]
    print("| model (layers raw, NPUW) | " + " | ".join(f"{path} {' / '.join(PLATFORMS)}" for path in PATHS) + " |")
    print("|---" * (1 + len(PATHS)) + "|")
    for model in layers:
        cells = []
        for path in PATHS:
            of = [found.get((model, path, platform)) for platform in PLATFORMS]
            blobs = [row["blob_bytes"] for row in of if row and row["compiled"]]
            cells.append(" / ".join(map(brief, of)) + (f", {blobs[-1] / 1e6:.0f} MB" if blobs else ""))
        counts = ", ".join(str(layers[model].get(isNPUW, "–")) for isNPUW in (False, True))
        print(f"| {model} ({counts}) | " + " | ".join(cells) + " |")
    for (model, path, platform), row in found.items():
        if not row["compiled"]:
            print(f"\n{model} {path} {platform}: {row['reason']}")


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
    parser.add_argument("--vocabulary", type=int)
    parser.add_argument("--peer", action="store_true")
    arguments = parser.parse_args()
    rows = [row for row in read(arguments.folder) if row["prompt"] == arguments.prompt
            and row["context"] == arguments.context and (arguments.peer or row["bake"] == arguments.bake)
            and row.get("vocabulary") == arguments.vocabulary]
    beside(rows) if arguments.peer else overview(rows)


if __name__ == "__main__":
    main()
