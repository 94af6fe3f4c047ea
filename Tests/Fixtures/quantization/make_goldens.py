"""Writes what NNCF makes of small matrices: goldens.safetensors, read by QuantizationTests.

NNCF 3.4.0 with OpenVINO 2026.4.1, and xxhash 4.1.0. Matrices have at least 10,000 elements, because NNCF uses its
OpenVINO implementation, the one that optimum-cli runs, from that size on. Run: python make_goldens.py
"""

import os
import tempfile
import xml.etree.ElementTree as ET

import numpy as np
import openvino as ov
import nncf
import xxhash
from nncf.parameters import CompressWeightsMode as Mode
from nncf.quantization.algorithms.weight_compression.awq import AWQ
from nncf.quantization.algorithms.weight_compression.config import WeightCompressionConfig
from nncf.quantization.algorithms.weight_compression.openvino_backend import OVWeightCompressionAlgoBackend
from nncf.quantization.algorithms.weight_compression.weight_lowering import get_integer_quantization_error
from nncf.tensor import Tensor
from safetensors.numpy import save_file

SCHEMES = {
    "int4_sym": (Mode.INT4_SYM, [128, 64, -1]),
    "int4_asym": (Mode.INT4_ASYM, [128, 32, -1]),
    "int8_sym": (Mode.INT8_SYM, [-1]),
    "int8_asym": (Mode.INT8_ASYM, [-1]),
    "nf4": (Mode.NF4, [64, -1]),
    "mxfp4": (Mode.MXFP4, [32]),
    "fp4": (Mode.FP4, [128]),
}


def matrices():
    rng = np.random.default_rng(7)
    normal = (rng.standard_normal((40, 256)) * 0.05).astype(np.float32)
    # Weights as checkpoints have them: bf16 values meet the rounding ties that float32 ones hardly ever do.
    bf16 = (normal.view(np.uint32) & 0xFFFF0000).view(np.float32)
    edges = (rng.standard_normal((40, 256)) * 0.02).astype(np.float32)
    edges[0] = 0
    edges[1] = 0.5
    edges[2] = -0.25
    edges[3] *= 1e-6  # scales that are subnormal in f16, or below the guard
    edges[4] *= 1e-30
    edges[5] = np.abs(edges[5])
    edges[6] = -np.abs(edges[6])
    edges[7] = np.where(np.arange(256) % 2 == 0, 1.0, -1.0)  # |min| equals max
    edges[8] *= 1e5
    edges[9] = np.linspace(-7.5, 8, 256, dtype=np.float32)
    edges[10] = np.tile(np.arange(-16, 16, dtype=np.float32) / 4, 8)
    edges[11, ::128] = 40.0  # outliers
    edges[12] = 1.5 + edges[12]  # far from zero
    edges[13] = np.tile(np.arange(-32, 32, dtype=np.float32) * 6 / 32, 4)
    edges[14] = 0
    edges[14, 3] = -3.0
    huge = edges.copy()
    huge[0] = np.linspace(-6e5, 6e5, 256, dtype=np.float32)
    huge[1] = np.linspace(-3e38, 1e38, 256, dtype=np.float32)
    return {"normal": normal, "bf16": bf16, "edges": edges, "huge": huge}


def raw(node):
    """A Const's bytes: read back from a saved model, which is what a device gets."""
    result = ov.opset13.result(node)
    model = ov.Model([result], [])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "m.xml")
        ov.save_model(model, path, compress_to_fp16=False)
        data = ET.parse(path).getroot().find(".//layer[@type='Const']/data")
        with open(path[:-3] + "bin", "rb") as file:
            file.seek(int(data.get("offset")))
            return np.frombuffer(file.read(int(data.get("size"))), np.uint8).copy(), data.get("element_type")


def mixed_precision(out):
    """Which of six layers a ratio of 0.6 gives four bits: those that are i4 in the compressed model."""
    rng = np.random.default_rng(11)
    x = node = ov.opset13.parameter([1, 64], ov.Type.f32)
    for layer, spread in enumerate([0.05, 0.8, 0.02, 0.3, 0.1, 0.5, 1.0]):
        matrix = (rng.standard_normal((64, 64)) * spread).astype(np.float32)
        out[f"ratio.{layer}"] = matrix
        weight = ov.opset13.constant(matrix, name=f"layer{layer}")
        node = ov.opset13.matmul(node, weight, False, True, name=f"matmul{layer}")
    model = nncf.compress_weights(
        ov.Model([node], [x]), mode=Mode.INT4_SYM, group_size=64, ratio=0.6, backup_mode=nncf.BackupMode.INT8_SYM
    )
    kinds = {node.get_friendly_name(): node.get_element_type() for node in model.get_ops()}
    # The last layer is the head, which never gets four bits.
    out["ratio.chosen"] = np.array([kinds[f"layer{layer}"] == ov.Type.i4 for layer in range(7)], np.uint8)


def checksums(out):
    """XXH3-128 of the first n bytes of a sequence, for every branch of the algorithm."""
    data = bytes((i * 7 + (i >> 8)) & 255 for i in range(100000))
    lengths = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 128, 129, 160, 239, 240, 241, 256, 1023, 1024, 1025]
    lengths += [1088, 1089, 2047, 2048, 2049, 4096, 65537, 100000]
    out["xxh3.lengths"] = np.array(lengths, np.float32)
    digests = b"".join(xxhash.xxh3_128_digest(data[:length]) for length in lengths)
    out["xxh3.digests"] = np.frombuffer(digests, np.uint8)


def main():
    backend = OVWeightCompressionAlgoBackend.__new__(OVWeightCompressionAlgoBackend)
    out = {}
    for name, matrix in matrices().items():
        out[name] = matrix
        for scheme, (mode, sizes) in SCHEMES.items():
            for size in sizes:
                config = WeightCompressionConfig(mode=mode, group_size=size)
                weight = Tensor(ov.Tensor(matrix, matrix.shape, ov.Type.f32))
                node, _ = backend._create_compression_subgraph(
                    weight, config, (1,), "w", 1, ov.Type.f32, True
                )
                consts = {}
                todo = [node.output(0) if hasattr(node, "output") else node]
                while todo:
                    item = todo.pop().get_node()
                    if item.get_type_name() == "Constant":
                        consts[item.get_friendly_name()] = item
                    todo += item.input_values()
                key = f"{name}.{scheme}.{size}"
                for const, part in (("w", "values"), ("w/scale", "scales"), ("w/zero_point", "zeros")):
                    if const in consts:
                        data, kind = raw(consts[const])
                        out[f"{key}.{part}"] = data
        weight = Tensor(ov.Tensor(matrix, matrix.shape, ov.Type.f32))
        error = get_integer_quantization_error(weight, (1,), WeightCompressionConfig(), reduction="max_mean")
        out[f"{name}.error"] = np.array([error], np.float32)
        score = 1 / (error + np.finfo(np.float32).eps)
        out[f"{name}.score"] = np.array([score], np.float64)
        scale = AWQ()._data_free_step(Tensor(matrix), axis=0)
        out[f"{name}.awq"] = np.asarray(scale.data, np.float32)
    mixed_precision(out)
    checksums(out)
    print({key: value.shape for key, value in out.items()})
    save_file(out, __file__.replace("make_goldens.py", "goldens.safetensors"), {"nncf": nncf.__version__})


main()
