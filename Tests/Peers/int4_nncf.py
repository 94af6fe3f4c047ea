"""Asks which loses less at the same bits: Oven's calibrated INT4, or NNCF's AWQ, scale estimation and GPTQ together.

    int4_nncf.py OVEN CHECKPOINT FOLDER TEXT [--group-size 64] [--samples 128] [--length 256] [--option OPTION-OF-BAKE ...]

Oven bakes the checkpoint in 32 bits (the reference) and in INT4, calibrated on a text that the model writes. NNCF
compresses the reference, calibrated on windows of TEXT, a file of prose. Both are judged on text that neither has seen,
CPython's own documentation: the divergence of every next token's distribution from the reference's (KL, nats a token),
the share of tokens with the same most likely one, and the perplexity. Fails where Oven's divergence is not the smaller.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

# NNCF multiplies many thousands of small matrices, between which OpenBLAS' other threads wait in a loop: a third of the
# processor's time on two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy
import openvino
from tokenizers import Tokenizer

EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}


def windows(ids, count, length):
    step = max(1, (len(ids) - length) // count)
    return [numpy.array(ids[start:start + length], numpy.int64) for start in range(0, len(ids) - length + 1, step)][:count]


def feed(ids, names):
    length = len(ids)
    values = {
        "input_ids": ids[None], "attention_mask": numpy.ones((1, length), numpy.int64),
        "position_ids": numpy.arange(length, dtype=numpy.int64)[None], "beam_idx": numpy.zeros(1, numpy.int32),
    }
    return {name: value for name, value in values.items() if name in names}


def input_names(model):
    return {name for port in model.inputs for name in port.names}


def log_probabilities(folder):
    model = openvino.Core().compile_model(os.path.join(folder, "openvino_model.xml"), "CPU", EXACT)

    def run(ids):
        logits = model.create_infer_request().infer(feed(ids, input_names(model)))["logits"][0, :-1].astype(numpy.float64)
        logits -= logits.max(-1, keepdims=True)
        return logits - numpy.log(numpy.exp(logits).sum(-1, keepdims=True))

    return run


def judge(reference, folder, texts):
    exact, rounded = log_probabilities(reference), log_probabilities(folder)
    divergence, same, loss, count = 0.0, 0, 0.0, 0
    for ids in texts:
        p, q = exact(ids), rounded(ids)
        divergence += float((numpy.exp(p) * (p - q)).sum())
        same += int((p.argmax(-1) == q.argmax(-1)).sum())
        loss -= float(q[numpy.arange(len(q)), ids[1:]].sum())
        count += len(q)
    return divergence / count, same / count, float(numpy.exp(loss / count))


def compress(reference, destination, texts, group_size):
    import nncf

    model = openvino.Core().read_model(os.path.join(reference, "openvino_model.xml"))
    names = input_names(model)
    compressed = nncf.compress_weights(
        model, mode=nncf.CompressWeightsMode.INT4_SYM, ratio=1.0, group_size=group_size, awq=True, scale_estimation=True,
        gptq=True, subset_size=len(texts), dataset=nncf.Dataset(texts, lambda ids: feed(ids, names)))
    os.makedirs(destination, exist_ok=True)
    openvino.save_model(compressed, os.path.join(destination, "openvino_model.xml"), compress_to_fp16=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("oven", "checkpoint", "folder", "text"):
        parser.add_argument(name)
    parser.add_argument("--group-size", type=int, default=64)
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--option", action="append", default=[], help="one for oven bake, as --option=--refine")
    arguments = parser.parse_args()
    reference, mine, theirs = (os.path.join(arguments.folder, name) for name in ("reference", "oven", "nncf"))

    def bake(folder, *options):
        subprocess.check_call([arguments.oven, "bake", arguments.checkpoint, "-o", folder, "--force", *options])

    bake(reference, "--weight-format", "fp32")
    tokenizer = Tokenizer.from_file(os.path.join(reference, "tokenizer.json"))

    def encoded(text):
        return tokenizer.encode(text, add_special_tokens=False).ids

    seconds = {}
    start = time.time()
    bake(mine, "--weight-format", "int4", "--group-size", str(arguments.group_size), "--calibrate", "self",
         *arguments.option)
    seconds["oven"] = time.time() - start
    with open(arguments.text, encoding="utf-8") as file:
        texts = windows(encoded(file.read()), arguments.samples, arguments.length)
    if len(texts) < arguments.samples:
        sys.exit(f"{arguments.text} has {len(texts)} windows of {arguments.length} tokens, not {arguments.samples}")
    shutil.rmtree(theirs, ignore_errors=True)
    start = time.time()
    compress(reference, theirs, texts, arguments.group_size)
    seconds["nncf"] = time.time() - start

    import pydoc_data.topics
    held_out = windows(encoded("\n".join(text for _, text in sorted(pydoc_data.topics.topics.items()))), 12, 512)
    divergences = {}
    for name, folder in (("oven", mine), ("nncf", theirs)):
        divergence, same, perplexity = judge(reference, folder, held_out)
        divergences[name] = divergence
        size = os.path.getsize(os.path.join(folder, "openvino_model.bin"))
        print(f"{name}: divergence {divergence:.4f}, same first choice {same * 100:.2f} %, perplexity {perplexity:.3f}, "
              f"{size / 1e6:.1f} MB, {seconds[name]:.0f} s")
    if not divergences["oven"] < divergences["nncf"]:
        sys.exit("oven loses more than NNCF")


main()
