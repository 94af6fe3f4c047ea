"""Writes quantised checkpoints, quantized/NAME/{config.json, model.safetensors}, and what they stand for in float32,
quantized/NAME.safetensors. Codes are packed number by number, as the formats' descriptions say:

GPTQ      qweight [in*bits/32, out], qzeros [groups, out*bits/32]: a stream of bits down each column (along each row for
          zeros), lowest first; version 1 stores zeros less one. https://github.com/AutoGPTQ/AutoGPTQ
AWQ       qweight [in, out/8], qzeros [groups, out/8]: nibble i of a word is output [0,2,4,6,1,3,5,7][i].
          https://github.com/casper-hansen/AutoAWQ
FP8       weight_scale_inv for blocks (DeepSeek-V3), weight_scale for rows or all (compressed-tensors, fbgemm).
compressed-tensors  weight_packed [out, in*bits/32], values plus 2^(bits-1); zero points packed along the outputs.
          https://github.com/vllm-project/compressed-tensors

    python make_quantized.py
"""

import json
import os
import shutil

import numpy as np
import torch
from safetensors.torch import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "quantized")
shutil.rmtree(here, ignore_errors=True)
rng = np.random.default_rng(11)
OUT, IN = 64, 128


def stream(codes, bits):
    """Packs each row of codes into words of 32 bits."""
    rows, count = codes.shape
    words = np.zeros((rows, (count * bits + 31) // 32), dtype=np.uint64)
    for row in range(rows):
        for index in range(count):
            for bit in range(bits):
                if codes[row, index] >> bit & 1:
                    place = index * bits + bit
                    words[row, place // 32] |= np.uint64(1 << (place % 32))
    return words.astype(np.uint32).view(np.int32)


def awq_words(codes):
    """Packs [rows, columns] with the columns of each eight in AWQ's order."""
    words = np.zeros((codes.shape[0], codes.shape[1] // 8), dtype=np.uint32)
    for word in range(words.shape[1]):
        for nibble, column in enumerate([0, 2, 4, 6, 1, 3, 5, 7]):
            words[:, word] |= codes[:, word * 8 + column].astype(np.uint32) << np.uint32(4 * nibble)
    return words.view(np.int32)


def save(name, quantization, tensors, golden):
    folder = os.path.join(here, name)
    os.makedirs(folder)
    json.dump({"model_type": "llama", "quantization_config": quantization}, open(f"{folder}/config.json", "w"))
    plain = {"model.norm.weight": torch.ones(4)}
    tensors = {k: torch.from_numpy(np.ascontiguousarray(v)) if isinstance(v, np.ndarray) else v for k, v in tensors.items()}
    save_file({**tensors, **plain}, f"{folder}/model.safetensors")
    golden = golden if isinstance(golden, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(golden))
    save_file({"layer.weight": golden.float().contiguous(), **plain}, f"{here}/{name}.safetensors")
    os.chmod(f"{folder}/model.safetensors", 0o644)
    os.chmod(f"{here}/{name}.safetensors", 0o644)


def gptq(name, bits, group, symmetric=False, order=False, second=False, inputs=IN):
    groups = inputs // group
    codes = rng.integers(0, 1 << bits, (OUT, inputs))
    low = 0 if second else 1
    zeros = np.full((OUT, groups), 1 << (bits - 1)) if symmetric else rng.integers(low, (1 << bits) + low, (OUT, groups))
    scales = (rng.random((OUT, groups)) * 0.1).astype(np.float16)
    g_idx = np.arange(inputs, dtype=np.int32) // group
    if order:
        rng.shuffle(g_idx)
    golden = (codes.astype(np.float32) - zeros[:, g_idx]) * scales.astype(np.float32)[:, g_idx]
    config = {"quant_method": "gptq", "bits": bits, "group_size": group, "sym": symmetric, "desc_act": order}
    if second:
        config["checkpoint_format"] = "gptq_v2"
    save(name, config, {
        "layer.qweight": stream(codes, bits).T, "layer.qzeros": stream((zeros - (0 if second else 1)).T, bits),
        "layer.scales": scales.T, "layer.g_idx": g_idx}, golden.astype(np.float32))


def awq(name, group):
    codes = rng.integers(0, 16, (OUT, IN))
    zeros = rng.integers(0, 16, (OUT, IN // group))
    scales = (rng.random((OUT, IN // group)) * 0.1).astype(np.float16)
    golden = (codes - zeros.repeat(group, 1)).astype(np.float32) * scales.astype(np.float32).repeat(group, 1)
    save(name, {"quant_method": "awq", "bits": 4, "group_size": group, "zero_point": True, "version": "gemm"},
         {"layer.qweight": awq_words(codes.T), "layer.qzeros": awq_words(zeros.T), "layer.scales": scales.T}, golden)


def fp8(name, kind, rows=OUT, columns=IN, block=32):
    weight = torch.from_numpy(rng.standard_normal((rows, columns))).to(torch.float8_e4m3fn)
    config = {"quant_method": "fp8", "activation_scheme": "dynamic"}
    if kind == "blocks":
        config["weight_block_size"] = [block, block]
        scale = torch.from_numpy(rng.random((-(-rows // block), -(-columns // block)))).float()
        wide = scale.repeat_interleave(block, 0).repeat_interleave(block, 1)[:rows, :columns]
        tensors = {"layer.weight": weight, "layer.weight_scale_inv": scale}
    else:
        scale = torch.tensor(0.37) if kind == "tensor" else torch.from_numpy(rng.random((rows, 1))).to(torch.bfloat16)
        wide = scale.float().expand(rows, columns)
        tensors = {"layer.weight": weight, "layer.weight_scale": scale, "layer.input_scale": torch.tensor(1.5)}
    save(name, config, tensors, weight.float() * wide)


def compressed(name, bits, group, symmetric=True, columns=IN, order=False):
    groups = 1 if group is None else columns // group
    size = columns // groups
    half = 1 << (bits - 1)
    values = rng.integers(-half, half, (OUT, columns))
    scales = torch.from_numpy(rng.random((OUT, groups)) * 0.1).to(torch.bfloat16)
    weights = {"num_bits": bits, "type": "int", "symmetric": symmetric, "group_size": group,
               "strategy": "channel" if group is None else "group"}
    config = {"quant_method": "compressed-tensors", "format": "pack-quantized",
              "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights}}}
    tensors = {"layer.weight_packed": stream(values + half, bits), "layer.weight_scale": scales,
               "layer.weight_shape": torch.tensor([OUT, columns])}
    zeros = np.zeros((OUT, groups), dtype=np.int64)
    if not symmetric:
        zeros = rng.integers(-half, half, (OUT, groups))
        tensors["layer.weight_zero_point"] = stream((zeros + half).T, bits).T
    g_idx = np.arange(columns) // size
    if order:
        rng.shuffle(g_idx)
        tensors["layer.weight_g_idx"] = g_idx.astype(np.int32)
    golden = (values - zeros[:, g_idx]).astype(np.float32) * scales.float().numpy()[:, g_idx]
    save(name, config, tensors, golden)


gptq("gptq-sym", 4, 32, symmetric=True)
gptq("gptq-asym", 4, 32)
gptq("gptq-v2", 4, 64, second=True)
gptq("gptq-order", 4, 32, order=True)
gptq("gptq-8bit", 8, 128)
gptq("gptq-3bit", 3, 32)
gptq("gptq-2bit", 2, 16)
awq("awq", 64)
awq("awq-channel", 128)
fp8("fp8-blocks", "blocks")
fp8("fp8-cut-off", "blocks", rows=50, columns=72)
fp8("fp8-tensor", "tensor")
fp8("fp8-rows", "rows")
compressed("packed-sym", 4, 32)
compressed("packed-asym", 4, 64, symmetric=False)
compressed("packed-channel", 4, None)
compressed("packed-8bit", 8, 32)
compressed("packed-6bit", 6, 32)
compressed("packed-3bit-asym", 3, 32, symmetric=False)
compressed("packed-order", 4, 32, order=True)

values = rng.integers(-128, 128, (OUT, IN)).astype(np.int8)
scales = rng.random((OUT, 1)).astype(np.float32)
save("int8", {"quant_method": "compressed-tensors", "format": "int-quantized", "config_groups": {
    "group_0": {"weights": {"num_bits": 8, "type": "int", "symmetric": True, "strategy": "channel"}}}},
    {"layer.weight": values, "layer.weight_scale": scales}, values.astype(np.float32) * scales)
