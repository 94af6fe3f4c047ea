#!/usr/bin/env python3
"""Makes products.json: matrices as OpenVINO IR packs them, and what numpy computes with them in float64.

    python products.py        (numpy 2.x and openvino 2026.x; the seed is fixed)

Four-bit numbers lie in pairs, the even one in the low half of a byte, row after row without gaps; i4 is in two's
complement. Element (n, k) is (code - zero[n, k // group]) * scale[n, k // group]. What floats of four bits and powers of
two stand for, OpenVINO says.
"""
import json
import os

import numpy as np

SHAPES = [  # code, zero, scale, rows, columns, group
    ("i4", None, "f16", 18, 64, 32), ("u4", "u4", "f16", 17, 192, 64), ("u4", "f16", "f32", 5, 256, 128),
    ("i4", None, "f16", 33, 160, 160), ("i8", None, "f16", 16, 64, 64), ("u8", "u8", "f16", 7, 192, 192),
    ("nf4", None, "f16", 18, 192, 64), ("f4e2m1", None, "f8e8m0", 17, 160, 32),
]


def meanings(kind, codes):
    """What OpenVINO converts codes of a type of its own to."""
    import openvino
    from openvino import opset15 as ops

    tensor = openvino.Tensor(np.frombuffer(bits(codes, kind), np.uint8), codes.shape, getattr(openvino.Type, kind))
    converted = ops.convert(ops.constant(tensor), "f32")
    return openvino.compile_model(openvino.Model([converted], []), "CPU")([])[0].astype(np.float64)


def bits(values, kind):
    """Bytes of numbers as IR stores them."""
    if kind in ("f16", "f32"):
        return values.astype("<f2" if kind == "f16" else "<f4").tobytes()
    is_short = kind.endswith("4") or kind == "f4e2m1"
    codes = (values.astype(np.int64) & (15 if is_short else 255)).astype(np.uint8).ravel()
    if is_short:
        codes = np.append(codes, np.zeros(len(codes) % 2, np.uint8))
        codes = codes[::2] | codes[1::2] << 4
    return codes.tobytes()


def main():
    random = np.random.default_rng(2026)
    cases = []
    for code, zero, scale, rows, columns, group in SHAPES:
        width = 4 if code.endswith("4") or code == "f4e2m1" else 8
        low = -(1 << width - 1) if code[0] == "i" else 0
        codes = random.integers(low, low + (1 << width), (rows, columns))
        scales = random.normal(0, 0.05, (rows, columns // group)).astype(np.float16 if scale == "f16" else np.float32)
        if scale == "f8e8m0":
            scales = random.integers(115, 125, scales.shape)
        zeros = np.zeros((rows, columns // group))
        if zero:
            zeros = random.uniform(0, (1 << width) - 1, zeros.shape)
            zeros = zeros.astype(np.float16) if zero == "f16" else np.round(zeros)
        x = random.normal(0, 1, (3, columns)).astype(np.float32)
        numbers = meanings(code, codes) if "f" in code else codes
        factors = meanings(scale, scales) if scale == "f8e8m0" else scales.astype(np.float64)
        values = (numbers - np.repeat(zeros.astype(np.float64), group, 1)) * np.repeat(factors, group, 1)
        cases.append({
            "code": code, "zero": zero or "none", "scale": scale, "rows": rows, "columns": columns, "group": group,
            "codes": bits(codes, code).hex(), "zeros": bits(zeros, zero).hex() if zero else "",
            "scales": bits(scales, scale).hex(), "x": bits(x, "f32").hex(),
            "y": (x.astype(np.float64) @ values.T).ravel().tolist(),
            "magnitude": np.sqrt((values**2).sum(1)).tolist(),
        })
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "products.json"), "w") as file:
        json.dump(cases, file)


main()
