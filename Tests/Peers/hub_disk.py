"""Bakes a model on a disk that is smaller than its source, from a hub on the loopback.

    hub_disk.py OVEN SOURCE DISK [large]

SOURCE: a folder for the checkpoint (2.34 GB in 4 shards; `large`: 14.5 GB in 8), kept for the next run.
DISK: a small file system, for example
    mount -t tmpfs -o size=900m none DISK          (5g for `large`)

Without --stream the bake has to be refused before anything is fetched; with it the result has to be whole.
"""
import json
import mmap
import os
import random
import subprocess
import sys
import time

from local_hub import Hub, Model

OVEN, SOURCE, DISK = sys.argv[1:4]
SMALL = dict(hidden=2048, layers=24, intermediate=5632, vocabulary=28_000, heads=32, groups=4, shards=4)
LARGE = dict(hidden=4096, layers=32, intermediate=14336, vocabulary=32_000, heads=32, groups=8, shards=8)


def shapes(hidden, layers, intermediate, vocabulary, heads, groups, **_):
    key_value = hidden // heads * groups
    result = {"model.embed_tokens.weight": (vocabulary, hidden), "model.norm.weight": (hidden,),
              "lm_head.weight": (vocabulary, hidden)}
    for layer in range(layers):
        for name, shape in [
            ("input_layernorm", (hidden,)), ("post_attention_layernorm", (hidden,)),
            ("self_attn.q_proj", (hidden, hidden)), ("self_attn.k_proj", (key_value, hidden)),
            ("self_attn.v_proj", (key_value, hidden)), ("self_attn.o_proj", (hidden, hidden)),
            ("mlp.gate_proj", (intermediate, hidden)), ("mlp.up_proj", (intermediate, hidden)),
            ("mlp.down_proj", (hidden, intermediate)),
        ]:
            result[f"model.layers.{layer}.{name}.weight"] = shape
    return result


def make(folder, extents):
    """Writes the shards: one random block of 8 MB over and over, in the order in which safetensors writes."""
    os.makedirs(folder, exist_ok=True)
    table = bytes([0x3B, 0x3C, 0xBB, 0xBC][byte & 3] for byte in range(256))
    source = random.Random(7)
    block = bytearray(8 << 20)
    block[0::2] = source.randbytes(4 << 20)
    block[1::2] = source.randbytes(4 << 20).translate(table)
    sizes = {name: 2 * shape[0] * (shape[1] if len(shape) > 1 else 1) for name, shape in shapes(**extents).items()}
    total, done, shards = sum(sizes.values()), 0, [[]]
    for name in sorted(sizes):
        if done >= total * len(shards) / extents["shards"]:
            shards.append([])
        shards[-1].append(name)
        done += sizes[name]
    for index, names in enumerate(shards):
        path = os.path.join(folder, f"model-{index + 1:05}-of-{len(shards):05}.safetensors")
        if os.path.exists(path):
            continue
        header, position = {}, 0
        for name in names:
            header[name] = {"dtype": "BF16", "shape": shapes(**extents)[name], "data_offsets": [position, position + sizes[name]]}
            position += sizes[name]
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(path + ".partial", "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            while position > 0:
                position -= file.write(block[:min(len(block), position)])
        os.rename(path + ".partial", path)
    names = {name: f"model-{index + 1:05}-of-{len(shards):05}.safetensors" for index, names in enumerate(shards) for name in names}
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": total}, "weight_map": names}, file)
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": extents["hidden"],
              "num_hidden_layers": extents["layers"], "num_attention_heads": extents["heads"],
              "num_key_value_heads": extents["groups"], "intermediate_size": extents["intermediate"],
              "vocab_size": extents["vocabulary"], "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
              "hidden_act": "silu", "rope_theta": 10000.0, "tie_word_embeddings": False}
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file)


def opened(path):
    with open(path, "rb") as file:
        return file.read() if os.path.getsize(path) < 1 << 20 else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def bake(hub, name, *options, disk=DISK):
    command = [OVEN, "bake", "--model_id", "org/model", "-o", os.path.join(disk, name), "--no-tokenizer",
               "--weight-format", "int4", *options]
    environment = {"PATH": os.environ["PATH"], "HOME": disk, "HF_ENDPOINT": hub.hub, "HF_HUB_CACHE": os.path.join(disk, "hub")}
    begin = time.time()
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    return process, time.time() - begin


def free():
    status = os.statvfs(DISK)
    return status.f_bavail * status.f_frsize


def main():
    make(SOURCE, LARGE if "large" in sys.argv else SMALL)
    hub = Hub()
    model = hub.models["org/model"] = Model({name: opened(os.path.join(SOURCE, name)) for name in sorted(os.listdir(SOURCE))})
    total = sum(len(content) for content in model.files.values())
    print(f"source: {total / 1e9:.2f} GB, free on the disk: {free() / 1e9:.2f} GB")
    process, _ = bake(hub, "refused")
    refused = process.returncode == 74 and hub.weights_sent() == 0 and "--stream" in process.stderr
    print("ok  " if refused else "FAIL", "without --stream:", process.stderr.strip())
    process, seconds = bake(hub, "streamed", "--stream")
    good = process.returncode == 0
    print("ok  " if good else "FAIL", "with --stream:", process.stderr.strip().splitlines()[-1])
    for line in process.stderr.splitlines():
        if line.startswith("note:"):
            print("     ", line)
    print(f"      {hub.weights_sent() / 1e9:.2f} GB sent in {seconds:.1f} s, free afterwards: {free() / 1e9:.2f} GB")
    sys.exit(0 if refused and good else 1)


main()
