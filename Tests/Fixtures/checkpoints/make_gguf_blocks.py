"""Writes gguf/blocks.gguf, a tensor of each type that Oven reads, and gguf/blocks.safetensors with the numbers
that the gguf package (0.19.0) computes for them.

Plain types hold random numbers. Block types hold random bytes, except that the half-precision scales are random
numbers of a plausible size; the first block of each has a scale of zero.

    python make_gguf_blocks.py
"""

import os

import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFWriter, quants
from gguf.constants import GGML_QUANT_SIZES
from safetensors.numpy import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gguf")
rows, columns = 3, 512
rng = np.random.default_rng(20261123)

# Where the half-precision numbers of a block lie.
halves = {
    T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q2_K: [80, 82], T.Q3_K: [108],
    T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0], T.IQ4_XS: [0], T.MXFP4: [],
}


def blocks(type):
    size, count = GGML_QUANT_SIZES[type]
    total = rows * columns // size
    data = rng.integers(0, 256, (total, count), dtype=np.uint8)
    for offset in halves[type]:
        numbers = (rng.standard_normal(total) * 0.02).astype(np.float16)
        if offset == halves[type][0]:
            numbers[0] = 0
        data[:, offset : offset + 2] = numbers.view(np.uint8).reshape(total, 2)
    if type == T.MXFP4:
        data[:, 0] = rng.integers(110, 135, total)
        data[0, 0], data[1, 0], data[2, 0] = 0, 1, 2
    return data.reshape(rows, -1)


writer = GGUFWriter(os.path.join(here, "blocks.gguf"), "blocks")
writer.add_uint32("blocks.answer", 42)
writer.add_int64("blocks.negative", -5)
writer.add_float32("blocks.epsilon", 1e-5)
writer.add_bool("blocks.yes", True)
writer.add_array("blocks.strings", ["a", "", "höh"])
writer.add_array("blocks.numbers", [1, -2, 3])
writer.add_array("blocks.floats", [0.5, -1.5])
golden = {}
for type in halves:
    data = blocks(type)
    writer.add_tensor(type.name, data, raw_dtype=type)
    golden[type.name] = quants.dequantize(data, type).astype(np.float32)
plain = rng.standard_normal((rows, 5)).astype(np.float32)
for type, dtype in [("F32", np.float32), ("F16", np.float16), ("F64", np.float64)]:
    writer.add_tensor(type, plain.astype(dtype))
    golden[type] = plain.astype(dtype).astype(np.float32)
bf16 = quants.quantize(plain, T.BF16)
writer.add_tensor("BF16", bf16, raw_dtype=T.BF16)
golden["BF16"] = quants.dequantize(bf16, T.BF16)
for dtype in [np.int8, np.int16, np.int32, np.int64]:
    name = f"I{np.dtype(dtype).itemsize * 8}"
    numbers = rng.integers(-100, 100, (rows, 5)).astype(dtype)
    writer.add_tensor(name, numbers)
    golden[name] = numbers.astype(np.float32)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
save_file({k: np.ascontiguousarray(v) for k, v in golden.items()}, os.path.join(here, "blocks.safetensors"))
