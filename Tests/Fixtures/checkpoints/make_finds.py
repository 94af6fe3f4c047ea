"""Writes finds/: good files of this folder with numbers at the edges of their types put into them.

python3 make_finds.py

Any reader may refuse them or read them; none may trap, hang or take much memory. Plain Python, seeded.
"""
import pathlib
import random
import struct

here = pathlib.Path(__file__).parent
out = here / "finds"
out.mkdir(exist_ok=True)
random.seed(20)
edges = [0, 1, 0x7F, 0xFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1]
sources = {
    "gguf": here / "gguf/models/llama.gguf",
    "torch": here / "torch/views.bin",
    "safetensors": here / "safetensors/shards/model-00001-of-00002.safetensors",
}
for kind, path in sources.items():
    good = path.read_bytes()
    for number in range(20):
        bytes_ = bytearray(good[:6000])
        for _ in range(random.randint(1, 3)):
            # Lengths and counts stand at the beginning; a header is dense there.
            width = random.choice([4, 8])
            place = random.randrange(0, min(len(bytes_) - width, 24 if number < 8 else 1500))
            bytes_[place:place + width] = struct.pack("<Q", random.choice(edges))[:width]
        (out / f"{kind}-{number:02}").write_bytes(bytes_)
