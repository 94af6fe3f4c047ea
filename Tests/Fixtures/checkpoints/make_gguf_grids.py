"""Writes the tables of ggml's IQ formats from the `gguf` package (0.19.0) as Swift:

    python make_gguf_grids.py OUT.swift

A table lists the points of a grid; of each point the index of its values, in as many bits as they need, the first in
the lowest bits, as hexadecimal bytes.
"""
import sys, textwrap
import numpy as np
from gguf import quants

parts = []
for name, cls, bits in (("two256", quants.IQ2_XXS, 2), ("two512", quants.IQ2_XS, 2), ("two1024", quants.IQ2_S, 2),
                        ("three256", quants.IQ3_XXS, 4), ("three512", quants.IQ3_S, 4), ("one2048", quants.IQ1_S, 2)):
    cls.init_grid()
    grid = cls.grid.reshape(cls.grid_shape).astype(int)
    index = np.vectorize({v: i for i, v in enumerate(cls.grid_map)}.__getitem__)(grid).astype(np.uint64)
    per = 8 // bits
    flat = index.reshape(-1, per)
    data = sum(flat[:, i] << np.uint64(bits * i) for i in range(per)).astype(np.uint8).tobytes().hex()
    lines = "\n".join("    " + line + "\\" for line in textwrap.wrap(data, 104))[:-1]
    parts.append(f'  static let {name} = GridTable(\n    values: {list(map(int, cls.grid_map))}, bits: {bits}, width: {cls.grid_shape[1]},\n    points: """\n{lines}\n    """)')
signs = list(quants.IQ2_XXS.ksigns)
assert all(s == (i | (bin(i).count("1") % 2) << 7) for i, s in enumerate(signs))
open(sys.argv[1], "w").write('''/// The grids of ggml's formats of one to three bits: every eight (or four) neighbouring numbers are one point of a
/// grid that was chosen once for all models. Written by `Tests/Fixtures/checkpoints/make_gguf_grids.py`.
enum Grids {
''' + "\n".join(parts) + "\n}\n")
