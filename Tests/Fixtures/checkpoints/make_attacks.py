"""Writes attacks/READER/*: files that every reader must refuse, small and fast. Needs the other fixtures.

    python make_attacks.py
"""

import io
import json
import os
import pickle
import shutil
import struct
import zipfile

here = os.path.dirname(os.path.abspath(__file__))
os.chdir(here)
shutil.rmtree("attacks", ignore_errors=True)


def write(reader, name, data):
    os.makedirs(f"attacks/{reader}", exist_ok=True)
    open(f"attacks/{reader}/{name}", "wb").write(data)


# GGUF: a header and what follows it.
def header(tensors, entries, version=3):
    return b"GGUF" + struct.pack("<IQQ", version, tensors, entries)


def text(value):
    return struct.pack("<Q", len(value)) + value


def tensor(name, extents, type, offset):
    return text(name) + struct.pack(f"<I{len(extents)}QIQ", len(extents), *extents, type, offset)


arch = text(b"general.architecture") + struct.pack("<I", 8) + text(b"llama")
align = text(b"general.alignment") + struct.pack("<I", 4)
gguf = {
    "tensor-count": header(2**63, 0),
    "entry-count": header(0, 2**60),
    "plausible-count": header(2, 0) + b"\0" * 24,
    "key-length": header(0, 1) + struct.pack("<Q", 2**64 - 1) + b"x" * 40,
    "array-count": header(0, 1) + text(b"a") + struct.pack("<IIQ", 9, 8, 2**61) + b"\0" * 40,
    "array-in-array": header(0, 1) + text(b"a") + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 200,
    "bad-type": header(0, 1) + text(b"a") + struct.pack("<I", 77) + b"\0" * 40,
    "same-key-twice": header(0, 2) + arch + arch,
    "version-1": header(0, 0, 1),
    "version-99": header(0, 0, 99),
    "big-endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "alignment-zero": header(0, 1) + align + struct.pack("<I", 0) + b"\0" * 64,
    "alignment-odd": header(0, 1) + align + struct.pack("<I", 3) + b"\0" * 64,
    "extent-overflow": header(1, 1) + arch + tensor(b"t", [2**40, 2**40], 0, 0) + b"\0" * 64,
    "extent-huge": header(1, 1) + arch + tensor(b"t", [2**64 - 1], 0, 0) + b"\0" * 64,
    "extent-zero": header(1, 1) + arch + tensor(b"t", [0], 0, 0) + b"\0" * 64,
    "axes": header(1, 1) + arch + tensor(b"t", [1] * 9, 0, 0) + b"\0" * 64,
    "offset-overflow": header(1, 1) + arch + tensor(b"t", [4], 0, 2**64 - 32) + b"\0" * 64,
    "offset-beyond": header(1, 1) + arch + tensor(b"t", [4], 0, 2**40) + b"\0" * 64,
    "offset-unaligned": header(1, 1) + arch + tensor(b"t", [4], 0, 3) + b"\0" * 64,
    "overlap": header(2, 1) + arch + tensor(b"a", [32], 0, 0) + tensor(b"b", [32], 0, 64) + b"\0" * 512,
    "part-of-a-block": header(1, 1) + arch + tensor(b"t", [33], 2, 0) + b"\0" * 64,
    "unknown-tensor-type": header(1, 1) + arch + tensor(b"t", [32], 999, 0) + b"\0" * 64,
    "unread-tensor-type": header(1, 1) + arch + tensor(b"t", [256], 16, 0) + b"\0" * 512,
    "same-name-twice": header(2, 1) + arch + tensor(b"t", [8], 0, 0) + tensor(b"t", [8], 0, 32) + b"\0" * 256,
    "no-architecture": header(0, 0) + b"\0" * 64,
}
whole = open("gguf/models/llama.gguf", "rb").read()
for count in [0, 3, 23, 24, 100, 700, 2000, len(whole) - 40]:
    gguf[f"cut-off-{count}"] = whole[:count]
for name, data in gguf.items():
    write("gguf", name, data)

# Zip: bombs and lies.
plain = io.BytesIO()
with zipfile.ZipFile(plain, "w") as archive:
    archive.writestr("m/data.pkl", pickle.dumps({}, 2))
    archive.writestr("m/data/0", b"\0" * 64)
plain = plain.getvalue()
bomb = io.BytesIO()
with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("m/data.pkl", b"\0" * 50_000_000)
write("torch", "deflate-bomb", bomb.getvalue())
directory = plain.index(b"PK\1\2")
end = plain.index(b"PK\5\6")
first = plain[directory:plain.index(b"PK\1\2", directory + 4)]


def with_directory(entries, count=None, size=None, offset=directory):
    body = b"".join(entries)
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, *([len(entries) if count is None else count] * 2),
                       len(body) if size is None else size, offset, 0)
    return plain[:directory] + body + tail


# Thousands of entries that are all the same bytes: the bomb that needs no nesting.
same = [first.replace(b"m/data.pkl", b"m/%08d" % i) for i in range(500)]
write("torch", "overlapping-entries", with_directory(same))
write("torch", "same-entry-twice", with_directory([first, first]))
write("torch", "entry-count", with_directory([first], count=65000))
write("torch", "directory-size", with_directory([first], size=2**31))
write("torch", "directory-offset", with_directory([first], offset=2**31))
write("torch", "entry-offset", with_directory([first[:42] + struct.pack("<I", 2**31) + first[46:]]))
write("torch", "entry-size", with_directory([first[:20] + struct.pack("<II", 2**31, 2**31) + first[28:]]))
write("torch", "sizes-differ", with_directory([first[:20] + struct.pack("<I", 1) + first[24:]]))
write("torch", "encrypted", with_directory([first[:8] + struct.pack("<H", 1) + first[10:]]))
write("torch", "zip64-without-locator", with_directory([first], count=0xFFFF))
locator = struct.pack("<4sIQI", b"PK\6\7", 0, 2**62, 1)
write("torch", "zip64-beyond", plain[:end] + locator + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0))
write("torch", "no-pickle", plain.replace(b"data.pkl", b"data.xyz"))
views = open("torch/views.bin", "rb").read()
for count in [0, 4, 100, 1000, len(views) - 1]:
    write("torch", f"cut-off-{count}", views[:count])


# Pickles that call, nest, lie or end early.
class Call:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


GLOBAL = b"ctorch._utils\n_rebuild_tensor_v2\n"
STORAGE = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" b"0X\x03\0\0\0cpuK\x10tQ"
pickles = {
    "system": pickle.dumps({"w": Call(os.system, "true")}, 2),
    "eval": pickle.dumps({"w": Call(eval, "1")}, 4),
    "getattr": pickle.dumps({"w": Call(getattr, "", "join")}, 3),
    "import": b"\x80\x02cbuiltins\n__import__\nX\x02\0\0\0os\x85R.",
    "torch-load": b"\x80\x02ctorch\nload\nX\x01\0\0\0x\x85R.",
    "torch-hub": b"\x80\x02ctorch.hub\nload\n.",
    "stack-global": b"\x80\x04X\x02\0\0\0osX\x06\0\0\0system\x93)R.",
    "instance": b"\x80\x02(cos\nsystem\nX\x01\0\0\0xo.",
    "call-a-storage": b"\x80\x02ctorch\nFloatStorage\nK\x10\x85R.",
    "call-a-type": b"\x80\x02ctorch\nfloat32\n)R.",
    "build-on-tensor": b"\x80\x02" + GLOBAL + b"(" + STORAGE + b"K\0K\x01\x85K\x01\x85tR}b.",
    "size-of-text": b"\x80\x02}X\x01\0\0\0a" + GLOBAL + b"(" + STORAGE + b"K\0X\x01\0\0\0x\x85K\x01\x85tRs.",
    "no-strides": b"\x80\x02}X\x01\0\0\0a" + GLOBAL + b"(" + STORAGE + b"K\0)tRs.",
    "empty": b"",
    "only-stop": b".",
    "no-stop": b"\x80\x02}",
    "underflow": b"\x80\x02\x87.",
    "no-mark": b"\x80\x02t.",
    "recall": b"\x80\x02h\x09.",
    "text-length": b"\x80\x02X\xff\xff\xff\x7f.",
    "long-text-length": b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
    "long-integer": b"\x80\x02\x8a\xff" + b"\x01" * 255 + b".",
    "endless-line": b"\x80\x02c" + b"a" * 5000,
    "list": b"\x80\x02].",
    "deep": b"\x80\x02" + b"]" * 30000 + b"a" * 29999 + b".",
    "deep-tuples": b"\x80\x02)" + b"\x85" * 30000 + b".",
}
for name, data in pickles.items():
    write("pickle", name, data)


# Quantised checkpoints whose parts do not fit.
def safetensors(tensors):
    entries, data = {}, b""
    for name, (dtype, shape, size) in tensors.items():
        entries[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + size]}
        data += b"\x11" * size
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


def quantized(name, config, tensors):
    text = json.dumps({"quantization_config": config}).encode()
    write("quantized", name, text + b"\0" + safetensors(tensors))


gptq = {"quant_method": "gptq", "bits": 4, "group_size": 32}
words = ("I32", [4, 8], 128)
quantized("unknown-method", {"quant_method": "bitsandbytes"}, {})
quantized("strange-bits", {**gptq, "bits": 5}, {"a.qweight": words})
quantized("no-scales", gptq, {"a.qweight": words})
quantized("zeros-of-another-shape", gptq, {
    "a.qweight": words, "a.scales": ("F16", [1, 8], 16), "a.qzeros": ("I32", [1, 2], 8)})
quantized("groups-do-not-divide", gptq, {
    "a.qweight": words, "a.scales": ("F16", [3, 8], 48), "a.qzeros": ("I32", [3, 1], 12)})
quantized("empty-words", gptq, {
    "a.qweight": ("I32", [0, 1 << 40], 0), "a.scales": ("F16", [1, 8], 16), "a.qzeros": ("I32", [1, 1], 4)})
quantized("order-beyond", gptq, {
    "a.qweight": words, "a.scales": ("F16", [1, 8], 16), "a.qzeros": ("I32", [1, 1], 4),
    "a.g_idx": ("I32", [32], 128)})
quantized("float-words", gptq, {
    "a.qweight": ("F32", [4, 8], 128), "a.scales": ("F16", [1, 8], 16), "a.qzeros": ("I32", [1, 1], 4)})
fp8 = {"quant_method": "fp8", "weight_block_size": [128, 128]}
quantized("no-block-scales", fp8, {"a.weight": ("F8_E4M3", [4, 8], 32)})
quantized("blocks-of-another-shape", fp8, {
    "a.weight": ("F8_E4M3", [4, 8], 32), "a.weight_scale_inv": ("F32", [2, 2], 16)})
quantized("blocks-of-nothing", {**fp8, "weight_block_size": [0, -1]}, {"a.weight": ("F8_E4M3", [4, 8], 32)})
packed = {"quant_method": "compressed-tensors", "format": "pack-quantized",
          "config_groups": {"g": {"weights": {"num_bits": 4, "type": "int"}}}}
quantized("columns-beyond", packed, {
    "a.weight_packed": ("I32", [4, 1], 16), "a.weight_scale": ("F32", [4, 1], 16),
    "a.weight_shape": ("I64", [2], 16)})
quantized("unknown-format", {**packed, "format": "marlin-24"}, {"a.weight_packed": words})
