"""What transformers' logits processors (5.5.4) leave of given logits, and with what probabilities.

sampling_cases.py > sampling_cases.json
Each case: the options as in generation_config.json, the tokens so far, the kept tokens and their probabilities.
"""
import json, torch
from transformers import generation as g
from transformers.generation import logits_process as lp
torch.manual_seed(20260114)
VOCABULARY = 400
ROWS = {
    "normal": torch.randn(VOCABULARY) * 2, "peaked": torch.randn(VOCABULARY) * 6, "flat": torch.randn(VOCABULARY) * 0.05,
    "halves": (torch.randn(VOCABULARY) * 3).half().float(),
}
EOS = [2, 7]


def processors(options, prompt_length):
    """The order of GenerationMixin._get_logits_processor."""
    chain = lp.LogitsProcessorList()
    if options.get("logit_bias"):
        chain.append(lp.SequenceBiasLogitsProcessor([[[int(k)], float(v)] for k, v in options["logit_bias"].items()]))
    if options.get("repetition_penalty", 1.0) != 1.0: chain.append(lp.RepetitionPenaltyLogitsProcessor(options["repetition_penalty"]))
    if options.get("min_new_tokens"): chain.append(lp.MinNewTokensLengthLogitsProcessor(prompt_length, options["min_new_tokens"], EOS))
    if options.get("temperature", 1.0) != 1.0: chain.append(lp.TemperatureLogitsWarper(options["temperature"]))
    if options.get("top_k", 50) != 0: chain.append(lp.TopKLogitsWarper(options.get("top_k", 50)))
    if options.get("top_p", 1.0) < 1.0: chain.append(lp.TopPLogitsWarper(options["top_p"]))
    if options.get("min_p") is not None: chain.append(lp.MinPLogitsWarper(options["min_p"]))
    if options.get("typical_p", 1.0) < 1.0: chain.append(lp.TypicalLogitsWarper(options["typical_p"]))
    return chain


OPTIONS = [
    {}, {"top_k": 0}, {"temperature": 0.7}, {"temperature": 1.7, "top_k": 0}, {"top_k": 1}, {"top_k": 5}, {"top_k": 400}, {"top_k": 1000},
    {"top_k": 0, "top_p": 0.9}, {"top_k": 0, "top_p": 0.1}, {"top_k": 0, "top_p": 0.999}, {"top_k": 0, "top_p": 0.0}, {"top_p": 0.8}, {"top_k": 20, "top_p": 0.5, "temperature": 0.5},
    {"top_k": 0, "min_p": 0.05}, {"top_k": 0, "min_p": 0.5}, {"top_k": 0, "min_p": 1.0}, {"min_p": 0.0}, {"top_p": 0.95, "min_p": 0.1, "temperature": 1.3},
    {"top_k": 0, "typical_p": 0.9}, {"top_k": 0, "typical_p": 0.2}, {"typical_p": 0.6}, {"typical_p": 0.95, "top_p": 0.9, "min_p": 0.02},
    {"repetition_penalty": 1.3}, {"repetition_penalty": 0.8, "top_k": 0}, {"repetition_penalty": 1.1, "temperature": 0.6, "top_p": 0.9},
    {"logit_bias": {"3": 5.0, "11": -4.5, "5": -100.0}}, {"logit_bias": {"3": 2.0}, "repetition_penalty": 1.5, "top_k": 10},
    {"min_new_tokens": 20, "top_k": 0}, {"min_new_tokens": 3, "top_k": 0}, {"min_new_tokens": 20, "repetition_penalty": 1.2, "temperature": 0.9, "top_p": 0.7, "min_p": 0.01, "typical_p": 0.8},
]
prompt, generated = [3, 7, 7, 2, 9, 250, 399], [11, 3, 42, 2]
cases = []
for row, logits in ROWS.items():
    for options in OPTIONS:
        tokens = torch.tensor([prompt + generated])
        scores = processors(options, len(prompt))(tokens, logits.clone()[None])[0]
        probabilities = torch.softmax(scores.double(), -1)
        kept = [i for i in range(VOCABULARY) if scores[i] > -float("inf")]
        cases.append({"logits": row, "options": options, "kept": kept, "probabilities": [float(f"{probabilities[i]:.9g}") for i in kept], "best": int(scores.argmax())})
print(json.dumps({"eos": EOS, "prompt": prompt, "generated": generated, "logits": {k: v.tolist() for k, v in ROWS.items()}, "cases": cases}))
