"""Quantises gguf/models/llama.gguf to Q4_1 and writes it in three files, gguf/split-0000N-of-00003.gguf, with what the
gguf package (0.19.0) computes for its tensors in gguf/split.safetensors: under ggml's names, but with the rows of
query and key projections in the order of transformers.

    python make_gguf_split.py
"""

import os

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, quants
from safetensors.numpy import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gguf")
reader = GGUFReader(os.path.join(here, "models", "llama.gguf"))
writer = GGUFWriter(os.path.join(here, "split.gguf"), "llama", split_max_tensors=5)
for key, field in reader.fields.items():
    if key.startswith("llama."):
        writer.add_key_value(key, field.contents(), field.types[0])
golden = {}
for tensor in reader.tensors:
    data, rows = tensor.data, tensor.data.shape[0]
    if data.ndim == 2:
        data = quants.quantize(data.astype(np.float32), GGMLQuantizationType.Q4_1) \
            if data.shape[1] % 32 == 0 else data
    quantised = data.dtype == np.uint8
    writer.add_tensor(tensor.name, data, raw_dtype=GGMLQuantizationType.Q4_1 if quantised else None)
    values = quants.dequantize(data, GGMLQuantizationType.Q4_1) if quantised else data.astype(np.float32)
    for kind, heads in [("attn_q", 4), ("attn_k", 2)]:
        if kind in tensor.name:
            values = values.reshape(heads, rows // heads // 2, 2, -1).swapaxes(1, 2).reshape(values.shape)
    golden[tensor.name] = np.ascontiguousarray(values)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
save_file(golden, os.path.join(here, "split.safetensors"))
os.chmod(os.path.join(here, "split.safetensors"), 0o644)
