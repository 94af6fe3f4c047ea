"""More quantised checkpoints beside those of make_quantized.py (same folder, same names of files), of programs and
versions that store otherwise:

compressed-tensors before 0.14   words padded: 32 // bits numbers a word (pack_to_int32 of 0.13.0)
int-quantized                    four bits as bytes; bytes with zero points
NVFP4, MXFP4                     floats e2m1, two a byte, the lower half first; scales e4m3 with one more number, or e8m0
ModelOpt, AutoRound, AWQ without zero points, GPTQ files that say the wrong version, several groups in one file
BitNet                           rows a quarter of the matrix apart in one byte (pack_weights of transformers)

    python make_quantized_more.py      (numpy, torch, safetensors)
"""
import json, os, shutil
import numpy as np, torch
from safetensors.torch import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "quantized")
rng = np.random.default_rng(12)
OUT, IN = 64, 128
E2M1 = np.array([0, .5, 1, 1.5, 2, 3, 4, 6, 0, -.5, -1, -1.5, -2, -3, -4, -6], dtype=np.float32)
ORDER = [0, 2, 4, 6, 1, 3, 5, 7]


def padded(codes, bits):
    per = 32 // bits
    words = np.zeros((codes.shape[0], -(-codes.shape[1] // per)), dtype=np.uint32)
    for index in range(codes.shape[1]):
        words[:, index // per] |= codes[:, index].astype(np.uint32) << np.uint32(bits * (index % per))
    return words.view(np.int32)


def save(name, quantization, tensors, golden):
    folder = os.path.join(here, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    json.dump({"model_type": "llama", "quantization_config": quantization}, open(f"{folder}/config.json", "w"))
    plain = {"model.norm.weight": torch.ones(4)}
    tensors = {k: v if isinstance(v, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(v)) for k, v in tensors.items()}
    save_file({**{k: v.contiguous() for k, v in tensors.items()}, **plain}, f"{folder}/model.safetensors")
    save_file({"layer.weight": torch.from_numpy(np.ascontiguousarray(golden.astype(np.float32))), **plain},
              f"{here}/{name}.safetensors")
    for path in (f"{folder}/model.safetensors", f"{here}/{name}.safetensors"): os.chmod(path, 0o644)


def group(bits, **more): return {"weights": {"num_bits": bits, "type": "int", "symmetric": True, "strategy": "group", "group_size": 32, **more}}


def ct(fmt, groups): return {"quant_method": "compressed-tensors", "format": fmt, "config_groups": {f"group_{i}": g for i, g in enumerate(groups)}}


for name, bits, symmetric in (("packed-old-3bit", 3, True), ("packed-old-6bit", 6, True), ("packed-old-3bit-asym", 3, False)):
    codes = rng.integers(0, 1 << bits, (OUT, IN))
    scales = rng.random((OUT, IN // 32)).astype(np.float32)
    zeros = np.full((OUT, IN // 32), 1 << (bits - 1))
    tensors = {"layer.weight_packed": padded(codes, bits), "layer.weight_scale": scales, "layer.weight_shape": torch.tensor([OUT, IN])}
    if not symmetric:
        zeros = rng.integers(0, 1 << bits, zeros.shape)
        tensors["layer.weight_zero_point"] = padded(zeros.T, bits).T
    save(name, ct("pack-quantized", [group(bits)]), tensors, (codes - zeros.repeat(32, 1)) * scales.repeat(32, 1))

codes = rng.integers(0, 16, (OUT, IN))
scales = rng.random((OUT, IN // 32)).astype(np.float32)
save("packed-groups", ct("pack-quantized", [group(8), group(4)]),
     {"layer.weight_packed": padded(codes, 4), "layer.weight_scale": scales, "layer.weight_shape": torch.tensor([OUT, IN])},
     (codes - 8) * scales.repeat(32, 1))

values = rng.integers(-8, 8, (OUT, IN)).astype(np.int8)
scales = rng.random((OUT, 1)).astype(np.float32)
save("int4-bytes", ct("int-quantized", [group(4)]), {"layer.weight": values, "layer.weight_scale": scales}, values * scales)
values = rng.integers(-128, 128, (OUT, IN)).astype(np.int8)
zeros = rng.integers(-128, 128, (OUT, 1)).astype(np.int8)
save("int8-zeros", ct("int-quantized", [group(8)]), {"layer.weight": values, "layer.weight_scale": scales, "layer.weight_zero_point": zeros},
     (values.astype(np.float32) - zeros) * scales)
save("int8-no-zeros", ct("int-quantized", [group(8)]), {"layer.weight": values, "layer.weight_scale": scales, "layer.weight_zero_point": zeros * 0},
     values * scales)

floats = torch.from_numpy(rng.standard_normal((OUT, IN)).astype(np.float32)).to(torch.float8_e4m3fn)
blocks = rng.random((2, 4)).astype(np.float32)
save("fp8-ct-block", ct("float-quantized", [{"weights": {"num_bits": 8, "type": "float", "strategy": "block", "block_structure": [32, 32]}}]),
     {"layer.weight": floats, "layer.weight_scale": blocks}, floats.float().numpy() * blocks.repeat(32, 0).repeat(32, 1))
save("fp8-modelopt", {"quant_method": "modelopt", "quant_algo": "FP8"},
     {"layer.weight": floats, "layer.weight_scale": torch.tensor(0.25), "layer.input_scale": torch.tensor(2.0), "layer.kv_scale": torch.tensor(3.0)},
     floats.float().numpy() * np.float32(0.25))

pairs = rng.integers(0, 256, (OUT, IN // 2)).astype(np.uint8)
codes = np.stack([pairs & 15, pairs >> 4], -1).reshape(OUT, IN)
small = torch.from_numpy(rng.random((OUT, IN // 16)).astype(np.float32) * 100).to(torch.float8_e4m3fn)
save("nvfp4-ct", ct("nvfp4-pack-quantized", [{"weights": {"num_bits": 4, "type": "float", "group_size": 16}}]),
     {"layer.weight_packed": pairs, "layer.weight_scale": small, "layer.weight_global_scale": torch.tensor([37.0]), "layer.input_global_scale": torch.tensor([5.0])},
     E2M1[codes] * (small.float().numpy() / np.float32(37)).repeat(16, 1))
save("nvfp4-modelopt", {"quant_method": "modelopt", "quant_algo": "NVFP4", "group_size": 16},
     {"layer.weight": pairs, "layer.weight_scale": small, "layer.weight_scale_2": torch.tensor(0.013), "layer.input_scale": torch.tensor(2.0)},
     E2M1[codes] * (small.float().numpy() * np.float32(0.013)).repeat(16, 1))
exponents = rng.integers(110, 140, (OUT, IN // 32)).astype(np.uint8)
save("mxfp4-ct", ct("mxfp4-pack-quantized", [{"weights": {"num_bits": 4, "type": "float", "group_size": 32}}]),
     {"layer.weight_packed": pairs, "layer.weight_scale": exponents}, E2M1[codes] * np.exp2(exponents.astype(np.float32) - 127).repeat(32, 1))

ternary = rng.integers(0, 3, (OUT, IN)).astype(np.uint8)
packed = sum(ternary[i * OUT // 4:(i + 1) * OUT // 4] << (2 * i) for i in range(4)).astype(np.uint8)
save("bitnet", {"quant_method": "bitnet"}, {"layer.weight": packed, "layer.weight_scale": torch.tensor([1.7])},
     (ternary.astype(np.float32) - 1) * (np.float32(1) / np.float32(1.7)))

codes = rng.integers(0, 16, (OUT, IN))
words = padded(codes, 4).T
scales = rng.random((IN // 32, OUT)).astype(np.float16)
golden = (codes - 8) * scales.astype(np.float32).T.repeat(32, 1)
for name, quantization, zero in (
        ("gptq-mislabelled", {"quant_method": "gptq", "bits": 4, "group_size": 32, "sym": True, "checkpoint_format": "gptq"}, 8),
        ("auto-round", {"quant_method": "auto-round", "bits": 4, "group_size": 32, "sym": True, "packing_format": "auto_round:auto_gptq"}, 7),
        ("gptq-dynamic", {"quant_method": "gptq", "bits": 8, "group_size": 32, "dynamic": {"+:.*layer.*": {"bits": 4}}}, 7)):
    save(name, quantization, {"layer.qweight": words, "layer.scales": scales, "layer.qzeros": padded(np.full((IN // 32, OUT), zero), 4)}, golden)
awq = np.zeros((IN, OUT // 8), dtype=np.uint32)
for word in range(OUT // 8):
    for nibble, column in enumerate(ORDER):
        awq[:, word] |= codes.T[:, word * 8 + column].astype(np.uint32) << np.uint32(4 * nibble)
save("awq-no-zeros", {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": False, "version": "gemm"},
     {"layer.qweight": awq.view(np.int32), "layer.scales": scales}, golden)

# AutoRound's own layouts store zero points as they are; files that say they are symmetric and of a version, but store
# the middle as the other version does.
codes = rng.integers(0, 16, (OUT, IN))
zeros = rng.integers(0, 16, (IN // 32, OUT))
plain = {"layer.qweight": padded(codes, 4).T, "layer.scales": scales}
save("auto-round-asym", {"quant_method": "auto-round", "bits": 4, "group_size": 32, "sym": False, "packing_format": "auto_round"},
     {**plain, "layer.qzeros": padded(zeros, 4)}, (codes - zeros.T.repeat(32, 1)) * scales.astype(np.float32).T.repeat(32, 1))
golden = (codes - 8) * scales.astype(np.float32).T.repeat(32, 1)
for name, quantization, zero in (
        ("auto-round-sym", {"quant_method": "auto-round", "bits": 4, "group_size": 32, "sym": True, "packing_format": "auto_round:gptqmodel"}, 8),
        ("gptq-v2-mislabelled", {"quant_method": "gptq", "bits": 4, "group_size": 32, "sym": True, "checkpoint_format": "gptq_v2"}, 7)):
    save(name, quantization, {**plain, "layer.qzeros": padded(np.full((IN // 32, OUT), zero), 4)}, golden)
codes = rng.integers(0, 256, (OUT, IN))
save("gptq-8bit-mislabelled", {"quant_method": "gptq", "bits": 8, "group_size": 32, "sym": True},
     {"layer.qweight": padded(codes, 8).T, "layer.scales": scales, "layer.qzeros": padded(np.full((IN // 32, OUT), 128), 8)},
     (codes - 128) * scales.astype(np.float32).T.repeat(32, 1))

# Scales that are powers of two, by their exponents: as bytes (ModelOpt's MXFP8), and as a type of their own.
bytes_ = rng.integers(120, 130, (OUT, IN // 32)).astype(np.uint8)
save("fp8-mx", {"quant_method": "modelopt", "quant_algo": "MXFP8"}, {"layer.weight": floats, "layer.weight_scale": bytes_},
     floats.float().numpy() * np.exp2(bytes_.astype(np.float32) - 127).repeat(32, 1))
bytes_ = rng.integers(120, 130, (2, 4)).astype(np.uint8)
save("fp8-blocks-e8m0", {"quant_method": "fp8", "weight_block_size": [32, 32]},
     {"layer.weight": floats, "layer.weight_scale_inv": torch.from_numpy(bytes_).view(torch.float8_e8m0fnu)},
     floats.float().numpy() * np.exp2(bytes_.astype(np.float32) - 127).repeat(32, 0).repeat(32, 1))
blocks = rng.random((2, 4)).astype(np.float32)
save("int8-blocks", ct("int-quantized", [{"weights": {"num_bits": 8, "type": "int", "strategy": "block", "block_structure": [32, 32]}}]),
     {"layer.weight": values, "layer.weight_scale": blocks}, values * blocks.repeat(32, 0).repeat(32, 1))
