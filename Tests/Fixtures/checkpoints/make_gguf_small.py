"""Writes gguf/small.gguf, a tensor of each type of less than four bits, and gguf/small.safetensors with the numbers that
the gguf package (0.19.0) computes for them: random bytes, the scales numbers of a plausible size.

    python make_gguf_small.py
"""

import os

import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFWriter, quants
from gguf.constants import GGML_QUANT_SIZES
from safetensors.numpy import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gguf")
rows, columns = 3, 512
rng = np.random.default_rng(20261125)
halves = {T.IQ1_S: 0, T.IQ1_M: None, T.IQ2_XXS: 0, T.IQ2_XS: 0, T.IQ2_S: 0, T.IQ3_XXS: 0, T.IQ3_S: 0, T.TQ1_0: 52, T.TQ2_0: 64}
writer = GGUFWriter(os.path.join(here, "small.gguf"), "blocks")
golden = {}
for type, place in halves.items():
    size, count = GGML_QUANT_SIZES[type]
    total = rows * columns // size
    data = rng.integers(0, 256, (total, count), dtype=np.uint8)
    numbers = (rng.standard_normal(total) * 0.02).astype(np.float16)
    numbers[0] = 0
    if place is None:
        words = data[:, 48:56].copy().view(np.uint16) & np.uint16(0x0FFF)
        bits = numbers.view(np.uint16)
        for word in range(4):
            words[:, word] |= (bits >> np.uint16(4 * word) & np.uint16(15)) << np.uint16(12)
        data[:, 48:56] = words.view(np.uint8)
    else:
        data[:, place : place + 2] = numbers.view(np.uint8).reshape(total, 2)
    data = data.reshape(rows, -1)
    writer.add_tensor(type.name, data, raw_dtype=type)
    golden[type.name] = quants.dequantize(data, type).astype(np.float32)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
save_file(golden, os.path.join(here, "small.safetensors"))
os.chmod(os.path.join(here, "small.safetensors"), 0o644)
