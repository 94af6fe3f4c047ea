#!/usr/bin/env python3
"""Writes statistics.json beside it: what the linear layers of tiny models read, by hooks in transformers 5.x (float32).

For each layer: the mean magnitude of each input, and H·v with H = Σ xxᵀ / tokens and v_i = cos(i), over the 24 tokens
of the model's reference.safetensors.
"""
import json, os
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

here = os.path.dirname(os.path.abspath(__file__))
tiny = os.path.join(here, "..", "tiny")
result = {}
for name in ("llama", "qwen2", "gemma3", "gpt-neox", "phi"):
    folder = os.path.join(tiny, name)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    seen = {}
    for path, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and "layers" in path:
            def hook(_, inputs, output, path=path):
                x = inputs[0].detach().double().reshape(-1, inputs[0].shape[-1])
                v = torch.cos(torch.arange(x.shape[1], dtype=torch.float64))
                seen[path] = {"magnitudes": x.abs().mean(0).tolist(), "product": (x.T @ (x @ v) / len(x)).tolist()}
            module.register_forward_hook(hook)
    ids = load_file(os.path.join(folder, "reference.safetensors"))["input_ids"].reshape(1, -1).long()
    with torch.no_grad(): model(ids)
    result[name] = {k: {m: [round(x, 9) for x in v] for m, v in d.items()} for k, d in seen.items()}
with open(os.path.join(here, "statistics.json"), "w") as file: json.dump(result, file)
