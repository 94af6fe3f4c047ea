"""Exports tiny models with optimum-intel, in float32 and with states, to see which it can and how far they are.

    [GROUP=16] families_optimum.py FIXTURES OUT [NAME …]

With GROUP in symmetric INT4 of groups of that size, all layers.

A process per model, since an export may take the interpreter with it. Prints `NAME exported`, or the last line of why not.
families.py then compares what is in OUT.
"""
import multiprocessing
import os
import sys
import traceback

import torch
from optimum.exporters.openvino import main_export
from optimum.intel import OVConfig, OVWeightQuantizationConfig


def export(source, destination, reason):
    torch.set_num_threads(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        group = os.environ.get("GROUP")
        bits = OVWeightQuantizationConfig(bits=4, sym=True, group_size=int(group), ratio=1.0) if group else None
        config = OVConfig(quantization_config=bits) if bits else OVConfig(dtype="fp32")
        main_export(source, destination, task="text-generation-with-past", ov_config=config, convert_tokenizer=False)
    except BaseException as failure:
        lines = traceback.format_exception_only(failure)[-1].strip().split("\n")
        reason.put(lines[0][:200])
        os._exit(1)
    os._exit(0)


def main():
    fixtures, out = sys.argv[1:3]
    context = multiprocessing.get_context("fork")
    for name in sys.argv[3:] or sorted(os.listdir(fixtures)):
        destination = f"{out}/{name}"
        if not os.path.exists(f"{fixtures}/{name}/config.json") or os.path.exists(destination + "/openvino_model.xml"):
            continue
        os.makedirs(destination, exist_ok=True)
        reason = context.SimpleQueue()
        process = context.Process(target=export, args=(f"{fixtures}/{name}", destination, reason))
        process.start()
        process.join(300)
        if process.is_alive():
            process.kill()
            process.join()
        made = os.path.exists(destination + "/openvino_model.xml")
        print(f"{name:22}", "exported" if made else "no: " + (reason.get() if not reason.empty() else f"exit {process.exitcode}"), flush=True)


if __name__ == "__main__":
    main()
