"""Compares a baked folder that keeps a GGUF's quantised weights with what transformers computes from the same GGUF.

    python gguf_logits.py MODEL.gguf BAKED [LARGEST ERROR]

transformers dequantises the file to float32. Ids are of no text: a fixed sequence that lies in every vocabulary.
Prints the largest error relative to the largest logit, and greedy tokens that agree; fails above the error given.
"""
import os
import sys

import numpy as np
import openvino as ov
import torch
from transformers import AutoModelForCausalLM

gguf, baked = sys.argv[1:3]
limit = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-5
model = AutoModelForCausalLM.from_pretrained(os.path.dirname(gguf), gguf_file=os.path.basename(gguf), dtype=torch.float32).eval()
rng = np.random.default_rng(7)
ids = np.concatenate([[model.config.bos_token_id or 1], rng.integers(300, 20_000, 31)])[None].astype(np.int64)
with torch.no_grad():
    expected = model(torch.from_numpy(ids), use_cache=False).logits[0].float().numpy()
    current = torch.from_numpy(ids)
    for _ in range(16):
        current = torch.cat([current, model(current, use_cache=False).logits[:, -1:].argmax(-1)], 1)
greedy = current[0, ids.shape[1]:].tolist()

exact = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0}
request = ov.Core().compile_model(baked + "/openvino_model.xml", "CPU", exact).create_infer_request()


def run(tokens, past):
    count = tokens.shape[1]
    request.infer({
        "input_ids": tokens, "attention_mask": np.ones((1, past + count), np.int64), "beam_idx": np.zeros(1, np.int32),
        "position_ids": np.arange(past, past + count, dtype=np.int64)[None],
    })
    return request.get_tensor("logits").data[0].copy()


logits = run(ids, 0)
error = float(np.abs(logits - expected).max() / np.abs(expected).max())
found, past, last = [], ids.shape[1], logits[-1]
for _ in greedy:
    found.append(int(last.argmax()))
    last = run(np.array([[found[-1]]], np.int64), past)[-1]
    past += 1
agree = sum(a == b for a, b in zip(found, greedy))
print(f"{os.path.basename(gguf)}: largest error {error:.1e}, {agree} of {len(greedy)} greedy tokens")
if error > limit or agree < len(greedy):
    sys.exit(f"gguf_logits: expected an error of at most {limit:.0e} and all tokens")
