"""Writes torch/*.bin with torch.save (2.15) and the same tensors, made contiguous, as torch/NAME.safetensors; files that
must be refused; and safetensors/types.safetensors with every type, beside its float32 values in types-f32.safetensors.

    python make_torch.py
"""

import collections
import json
import os
import zipfile

import torch
from safetensors.torch import save_file

here = os.path.dirname(os.path.abspath(__file__))
os.chdir(here)
torch.manual_seed(3)


def golden(tensors, path):
    values = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach()
        values[name] = tensor.float().contiguous().clone() if tensor.dtype != torch.float64 else tensor.to(torch.float32)
    save_file(values, path)
    os.chmod(path, 0o644)


# Every type.
numbers = torch.randn(3, 5) * 4
types = {}
for dtype in [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2,
              torch.int64, torch.int32, torch.int16, torch.int8]:
    types[str(dtype).split(".")[1]] = (numbers * 3).to(dtype)
types["uint8"] = (numbers.abs() * 3).to(torch.uint8)
types["bool"] = numbers > 0
codes = torch.arange(256, dtype=torch.uint8).reshape(2, 128)
everything = dict(types)
for name, dtype in [("e4m3_codes", torch.float8_e4m3fn), ("e5m2_codes", torch.float8_e5m2)]:
    everything[name] = codes.clone().view(dtype)
everything["half_codes"] = torch.arange(-32768, 32768, dtype=torch.int32).to(torch.int16).view(torch.float16).reshape(256, 256)
everything["scalar"] = torch.tensor(2.5)
everything["empty"] = torch.zeros(0, 4)
save_file(everything, "safetensors/types.safetensors")
os.chmod("safetensors/types.safetensors", 0o644)
golden(everything, "safetensors/types-f32.safetensors")

# A state dictionary as models are saved.
torch.save(collections.OrderedDict(types), "torch/types.bin")
golden(types, "torch/types.safetensors")

model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.LayerNorm(3)).half()
torch.save(model.state_dict(), "torch/module.bin")
golden(model.state_dict(), "torch/module.safetensors")

# Views of shared storages.
matrix = torch.arange(60, dtype=torch.float32).reshape(6, 10)
cube = torch.arange(2 * 3 * 4, dtype=torch.bfloat16).reshape(2, 3, 4)
views = {
    "whole": matrix, "transposed": matrix.t(), "rows": matrix[2:5], "columns": matrix[:, 3:7], "steps": matrix[::2, ::3],
    "vector": matrix[:, 4], "flat": matrix.reshape(-1)[7:31], "cube": cube.permute(2, 0, 1), "inner": cube[:, 1],
    "expanded": matrix[0].expand(3, 10), "parameter": torch.nn.Parameter(matrix[1]),
}
torch.save(views, "torch/views.bin")
golden(views, "torch/views.safetensors")

# A training checkpoint: the state dictionary is a member.
torch.save({"state_dict": {"a": torch.ones(2, 2)}, "epoch": 3, "lr": 0.5}, "torch/training.bin")
golden({"a": torch.ones(2, 2)}, "torch/training.safetensors")

# Shards with an index, in both formats.
os.makedirs("torch/shards", exist_ok=True)
os.makedirs("safetensors/shards", exist_ok=True)
parts = [{"a.weight": numbers, "b.weight": numbers.half()}, {"c.weight": numbers.bfloat16()}]
index = {"metadata": {"total_size": 0}, "weight_map": {}}
other = {"metadata": {"total_size": 0}, "weight_map": {}}
for i, part in enumerate(parts):
    name = f"pytorch_model-0000{i + 1}-of-00002.bin"
    torch.save(part, f"torch/shards/{name}")
    index["weight_map"].update({key: name for key in part})
    name = f"model-0000{i + 1}-of-00002.safetensors"
    save_file(part, f"safetensors/shards/{name}")
    os.chmod(f"safetensors/shards/{name}", 0o644)
    other["weight_map"].update({key: name for key in part})
json.dump(index, open("torch/shards/pytorch_model.bin.index.json", "w"), indent=1)
json.dump(other, open("safetensors/shards/model.safetensors.index.json", "w"), indent=1)
json.dump({"model_type": "llama"}, open("torch/shards/config.json", "w"))
golden({**parts[0], **parts[1]}, "torch/shards.safetensors")


# What must be refused.
class Call:
    def __reduce__(self):
        return (os.system, ("echo called",))


torch.save({"weight": torch.ones(1), "x": Call()}, "torch/refused-call.bin")
torch.save(model, "torch/refused-module.bin")
torch.save({"weight": torch.ones(2)}, "torch/refused-legacy.bin", _use_new_zipfile_serialization=False)
with zipfile.ZipFile("torch/module.bin") as source, \
        zipfile.ZipFile("torch/refused-compressed.bin", "w", zipfile.ZIP_DEFLATED) as target:
    for entry in source.infolist():
        target.writestr(entry.filename, source.read(entry))
