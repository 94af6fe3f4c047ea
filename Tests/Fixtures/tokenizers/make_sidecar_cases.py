"""Write sidecars.jsonl: tokenizers whose tokens stand partly beside tokenizer.json, and the ids transformers gives.

    python3 make_sidecar_cases.py        (in this folder; needs transformers==5.5.4, tokenizers==0.22.2)

A line is {"name", "tokenizer", "config", "added_tokens", "special_tokens_map", "cases": [{text, ids, ids_special,
skipped}]}: the files of a folder (null where there is none), opened by AutoTokenizer. The vocabulary has a token of
every byte and a few words, so that the ids show what was cut out of the text before the model saw it.
"""
import json
import os
import tempfile

from tokenizers import Tokenizer
from transformers import AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
TEXTS = ["a <sep> b", "a<sep>b", "x <|new|> y", "[PAD] a [PAD]", "<s>hi</s>", "  <sep>  <|new|> b", "word words wordy", "<img><a><b> <sep> x",
         "a <SEP> b", "sep <sep", "é <sep> é", "<|im_end|>\n<sep>"]


def tokenizer(added=(), post=None, normalizer=None, padding=None):
    vocab = {f"<0x{b:02X}>": b for b in range(256)}
    for word in ["<unk>", "<s>", "</s>", "word"]:
        vocab[word] = len(vocab)
    tokens = [{"id": 0, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **t} for t in added]
    model = {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
             "fuse_unk": False, "byte_fallback": True, "ignore_merges": False, "vocab": vocab, "merges": []}
    decoder = {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}
    return {"version": "1.0", "truncation": None, "padding": padding, "added_tokens": tokens, "normalizer": normalizer,
            "pre_tokenizer": None, "post_processor": post, "decoder": decoder, "model": model}


def token(content, **more):
    return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True, **more}


UNK = {"id": 256, "content": "<unk>"}
OWN = [UNK, {"id": 257, "content": "<s>"}, {"id": 258, "content": "</s>"}]
SEP = {"id": 260, "content": "<sep>"}
FAST = {"tokenizer_class": "PreTrainedTokenizerFast"}
LOWER = {"type": "Lowercase"}
BOS = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
       "special_tokens": {"<s>": {"id": "<s>", "ids": [257], "tokens": ["<s>"]}}}
PADDING = {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 9, "pad_type_id": 0, "pad_token": "[PAD]"}

# name: (tokenizer.json, tokenizer_config.json, added_tokens.json, special_tokens_map.json)
FOLDERS = {
    "decoder": (tokenizer(OWN), {**FAST, "added_tokens_decoder": {"260": token("<sep>")}}, None, None),
    "decoder out of order": (tokenizer(OWN), {**FAST, "added_tokens_decoder": {"300": token("<sep>"), "262": token("<|new|>"), "9": token("[PAD]")}}, None, None),
    "decoder without special": (tokenizer(OWN), {**FAST, "added_tokens_decoder": {"260": {"content": "<sep>"}, "261": {"content": "<|new|>", "special": True}}}, None, None),
    "decoder changes flags": (tokenizer(OWN + [SEP]), {**FAST, "added_tokens_decoder": {"260": token("<sep>", lstrip=True, rstrip=True)}}, None, None),
    "decoder unmakes special": (tokenizer(OWN + [SEP]), {**FAST, "added_tokens_decoder": {"260": token("<sep>", special=False, normalized=True)}}, None, None),
    "decoder names a word": (tokenizer(OWN), {**FAST, "added_tokens_decoder": {"259": token("word", single_word=True)}}, None, None),
    "decoder with a normalizer": (tokenizer(OWN, normalizer=LOWER), {**FAST, "added_tokens_decoder": {"260": token("<SEP>", normalized=True), "261": token("<|new|>")}}, None, None),
    "added_tokens.json": (tokenizer(OWN), FAST, {"<|new|>": 260, "<sep>": 261}, None),
    "added_tokens.json out of order": (tokenizer(OWN), FAST, {"<sep>": 262, "<|new|>": 261}, None),
    "added_tokens.json with a role": (tokenizer(OWN, normalizer=LOWER), {**FAST, "sep_token": "<SEP>"}, {"<SEP>": 260, "<|NEW|>": 261}, None),
    "added_tokens.json beside a decoder": (tokenizer(OWN), {**FAST, "added_tokens_decoder": {"260": token("<sep>")}}, {"<|new|>": 261}, None),
    "added_tokens.json of known ones": (tokenizer(OWN + [{**SEP, "special": False, "lstrip": True}]), FAST, {"<sep>": 260}, None),
    "pad_token": (tokenizer(OWN), {**FAST, "pad_token": "[PAD]"}, None, None),
    "pad_token as an object": (tokenizer(OWN), {**FAST, "pad_token": {"__type": "AddedToken", **token("[PAD]", lstrip=True)}}, None, None),
    "pad_token null": (tokenizer(OWN, padding=PADDING), {**FAST, "pad_token": None}, None, None),
    "pad_token of padding": (tokenizer(OWN, padding=PADDING), FAST, None, None),
    "eos_token is a word": (tokenizer(OWN), {**FAST, "eos_token": "word"}, None, None),
    "eos_token not special": (tokenizer(OWN + [{**SEP, "special": False}]), {**FAST, "eos_token": "<sep>"}, None, None),
    "eos_token of the decoder": (tokenizer(OWN), {**FAST, "eos_token": "<sep>", "added_tokens_decoder": {"260": token("<sep>", special=False)}}, None, None),
    "extra_special_tokens": (tokenizer(OWN), {**FAST, "extra_special_tokens": ["<sep>", "<|new|>"]}, None, None),
    "extra_special_tokens by name": (tokenizer(OWN), {**FAST, "extra_special_tokens": {"image_token": "<img>", "new_token": "<|new|>"}}, None, None),
    "additional_special_tokens": (tokenizer(OWN), {**FAST, "additional_special_tokens": ["<sep>", {"__type": "AddedToken", **token("<|new|>")}]}, None, None),
    "own roles": (tokenizer(OWN), {**FAST, "image_token": "<img>", "pad_token": "[PAD]"}, None, None),
    "special_tokens_map": (tokenizer(OWN), FAST, None, {"pad_token": "[PAD]", "sep_token": token("<sep>", rstrip=True)}),
    "special_tokens_map wins": (tokenizer(OWN), {**FAST, "pad_token": "<sep>"}, None, {"pad_token": "[PAD]"}),
    "special_tokens_map beside a decoder": (tokenizer(OWN), {**FAST, "added_tokens_decoder": {"260": token("<sep>")}}, None, {"pad_token": "[PAD]"}),
    "special_tokens_map additional": (tokenizer(OWN), FAST, None, {"additional_special_tokens": ["<sep>", "<|new|>"]}),
    "twice, last flags": (tokenizer(OWN + [SEP, {**SEP, "id": 261, "lstrip": True, "rstrip": True}]), None, None, None),
    "twice, special last": (tokenizer(OWN + [{**SEP, "special": False}, {**SEP, "id": 261}]), None, None, None),
    "twice, special first": (tokenizer(OWN + [SEP, {**SEP, "id": 261, "special": False, "single_word": True}]), None, None, None),
    "twice, normalized last": (tokenizer(OWN + [{**SEP, "special": False}, {**SEP, "special": False, "normalized": True}], normalizer=LOWER), None, None, None),
    "twice, normalized first": (tokenizer(OWN + [{**SEP, "content": "<SEP>", "special": False, "normalized": True}, {**SEP, "content": "<SEP>", "special": False}], normalizer=LOWER), None, None, None),
    "add_bos_token": (tokenizer(OWN), {**FAST, "add_bos_token": True, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}, None, None),
    "add_bos_token false": (tokenizer(OWN, post=BOS), {**FAST, "add_bos_token": False, "bos_token": "<s>", "eos_token": "</s>"}, None, None),
    "add_eos_token": (tokenizer(OWN, post=BOS), {**FAST, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}, None, None),
}

with open("sidecars.jsonl", "w") as out:
    for name, files in FOLDERS.items():
        with tempfile.TemporaryDirectory() as folder:
            for file, content in zip(["tokenizer.json", "tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"], files):
                if content is not None:
                    json.dump(content, open(os.path.join(folder, file), "w"))
            # A file alone is HF tokenizers' own business.
            judge = AutoTokenizer.from_pretrained(folder)._tokenizer if files[1] else Tokenizer.from_file(folder + "/tokenizer.json")
        judge.no_padding()
        cases = []
        for text in TEXTS:
            ids = judge.encode(text, add_special_tokens=False).ids
            cases.append({"text": text, "ids": ids, "ids_special": judge.encode(text).ids, "skipped": judge.decode(ids)})
        line = dict(zip(["name", "tokenizer", "config", "added_tokens", "special_tokens_map"], [name, *files]), cases=cases)
        out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
