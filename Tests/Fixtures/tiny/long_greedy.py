"""Writes long_greedy.json: the 80 greedy tokens that follow each reference prompt, and by how much each has won.

Needs: transformers==5.24.0 torch safetensors.   python3 long_greedy.py

From a float32 forward of the stored weights over the whole text each time, without a cache: nothing that an engine's
blocks could share.
"""
import json
import pathlib

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

here = pathlib.Path(__file__).parent
families = ["llama", "mistral-window", "gemma3", "qwen3-moe"]
result = {}
torch.set_num_threads(1)
for name in families:
    model = AutoModelForCausalLM.from_pretrained(here / name, dtype=torch.float32, attn_implementation="eager").eval()
    ids = load_file(here / name / "reference.safetensors")["input_ids"].reshape(1, -1)
    tokens, margins = [], []
    with torch.no_grad():
        for _ in range(80):
            logits = model(ids, use_cache=False).logits[0, -1]
            best = logits.topk(2)
            tokens.append(int(best.indices[0]))
            margins.append(round(float(best.values[0] - best.values[1]), 4))
            ids = torch.cat([ids, best.indices[:1].reshape(1, 1)], 1)
    result[name] = {"tokens": tokens, "margins": margins}
    print(name, min(margins), tokens[:12], load_file(here / name / "reference.safetensors")["greedy"].tolist())
(here / "long_greedy.json").write_text(json.dumps(result))
