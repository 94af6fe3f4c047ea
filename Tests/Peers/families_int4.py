"""What INT4 costs tiny models, beside another tool's INT4 of the same groups.

    families_int4.py FIXTURES OURS THEIRS

OURS and THEIRS have folders of the same names (`oven bake --weight-format int4 --group-size 16 --sym --ratio 1.0`, and
`GROUP=16 families_optimum.py`). Prints for each the divergence (KL) from what transformers computed, which for random
weights means something only beside the other's, and the bytes of the weights. Last, the ratio of both in the middle.
"""
import os
import statistics
import sys

import numpy as np
from safetensors.numpy import load_file

import families


def logarithms(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def divergence(folder, reference):
    compiled = families.CORE.compile_model(folder + "/openvino_model.xml", "CPU", families.EXACT)
    found = logarithms(families.run(families.Stateful(compiled), reference["input_ids"]).astype(np.float64))
    expected = logarithms(reference["logits"].astype(np.float64))
    return float((np.exp(expected) * (expected - found)).sum(-1).mean())


def main():
    fixtures, ours, theirs = sys.argv[1:4]
    ratios = []
    for name in sorted(os.listdir(ours)):
        reference = load_file(f"{fixtures}/{name}/reference.safetensors")
        folders = [f"{place}/{name}" for place in (ours, theirs)]
        folders = [f for f in folders if os.path.exists(f + "/openvino_model.xml")]
        try:
            found = [divergence(f, reference) for f in folders]
        except Exception as failure:
            print(f"{name:22} fails: {str(failure).strip().splitlines()[-1][:90]}")
            continue
        sizes = [os.path.getsize(f + "/openvino_model.bin") for f in folders]
        print(f"{name:22}", "; ".join(f"{d:.3e} in {s} bytes" for d, s in zip(found, sizes)), flush=True)
        if len(found) == 2:
            ratios.append(found[0] / found[1])
    if ratios:
        print(f"{len(ratios)} models: ours over theirs {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
