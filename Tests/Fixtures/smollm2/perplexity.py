"""The perplexity of SmolLM2-135M-Instruct's dequantised weights on a text, by transformers in float32.

Needs: transformers==5.5.4 torch gguf accelerate tokenizers.   perplexity.py GGUF TOKENIZER_DIR TEXT
Windows of 128 tokens that do not overlap; every token but a window's first is predicted.
"""
import math, os, sys, torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

gguf, tok, text = sys.argv[1:4]
model = AutoModelForCausalLM.from_pretrained(os.path.dirname(gguf), gguf_file=os.path.basename(gguf), dtype=torch.float32).eval()
ids = Tokenizer.from_file(f"{tok}/tokenizer.json").encode(open(text).read()).ids
loss, count = 0.0, 0
with torch.no_grad():
    for start in range(0, len(ids), 128):
        window = torch.tensor([ids[start:start + 128]])
        scores = torch.log_softmax(model(window).logits[0, :-1], -1)
        loss -= scores.gather(1, window[0, 1:, None]).sum().item()
        count += window.shape[1] - 1
print(f"{math.exp(loss / count):.4f} over {count} tokens of {len(ids)}")
