"""Compare what `oven tokenize` reads from vocabularies without tokenizer.json with the programs they come from.

    scripts/peers sentencepiece==0.2.3 tiktoken==0.14.0 tokenizers==0.22.1 protobuf==7.36.2
    .venv-peers/bin/python Tests/Peers/importers.py .build/release/oven [--count N]

Tiny SentencePiece models are trained with every option that changes ids; tiktoken files and vocab.json with merges.txt
are made from a small BPE. Prints each kind with the number of texts that differ, and exits with 1 where there is one.
"""
import argparse
import base64
import io
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import sentencepiece
import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tokenizer_fuzz import Maker

CORPUS = [
    "the quick brown fox jumps over the lazy dog", "Hello world, this is a test of 123 and 4567 numbers.", "pack my box with five dozen liquor jugs",
    "Ｆｕｌｌ ｗｉｄｔｈ and ﬁne ligatures", "日本語のテキスト と 漢字", "Привет мир, как дела?", "    indented    code()  { return 0; }", "<mask> is a symbol, so is <sep> here",
    "it's don't we'll they're", "a b c d e f g h i j k l m n o p q r s t u v w x y z", "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,!?-_()[]{}'\"", "e\u0301 café naïve Å ½ ²",
]


def oven(program, folder, lines, *options):
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = subprocess.run([program, "tokenize", folder, "--jsonl", *options], input=text.encode(), capture_output=True)
    if done.returncode: return None, (done.stderr or done.stdout[-300:]).decode().strip()
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line], None


def compare(name, program, folder, texts, wanted, decoded, unknown=-1):
    """Counts differing ids and texts; returns whether there are none."""
    got, why = oven(program, folder, texts, "--no-special")
    if got is None:
        print(f"{name}: {why}")
        return False
    wrong = [(t, w, g) for t, w, g in zip(texts, wanted, got) if w != g]
    # Unknown pieces are left out here and have a text of their own there.
    plain = [(w, d) for w, d in zip(wanted, decoded) if unknown not in w]
    back, why = oven(program, folder, [w for w, _ in plain], "--decode", "--no-special")
    garbled = [(w, d, b) for (w, d), b in zip(plain, back or []) if d != b]
    if back is None: garbled = [(why, "", "")]
    for text, w, g in sorted(wrong, key=lambda x: len(x[0]))[:1]: print(f"{name}: ids of {text!r}\n    expected {w}\n    got      {g}")
    for w, d, b in sorted(garbled, key=lambda x: len(x[0]))[:1]: print(f"{name}: text of {w}\n    expected {d!r}\n    got      {b!r}")
    print(f"{name}: {len(texts)} texts, {len(wrong)} with other ids, {len(garbled)} decoded otherwise")
    return not wrong and not garbled


# What changes a SentencePiece model's ids, one at a time and some together.
OPTIONS = [
    {}, {"byte_fallback": True}, {"add_dummy_prefix": False}, {"remove_extra_whitespaces": False}, {"remove_extra_whitespaces": False, "byte_fallback": True, "normalization_rule_name": "identity"},
    {"normalization_rule_name": "identity"}, {"normalization_rule_name": "nfkc_cf"}, {"normalization_rule_name": "nmt_nfkc_cf"}, {"normalization_rule_name": "nfkc"},
    {"user_defined_symbols": ["<mask>", "<sep>", "日本"]}, {"control_symbols": ["<ctl>"]}, {"split_digits": True},
    {"split_by_whitespace": False}, {"allow_whitespace_only_pieces": True, "remove_extra_whitespaces": False}, {"unk_id": 3, "bos_id": 0, "eos_id": 1, "pad_id": 2}, {"bos_id": -1, "eos_id": -1}, {"unk_piece": "[UNK]"},
    {"add_dummy_prefix": False, "remove_extra_whitespaces": False, "byte_fallback": True}, {"user_defined_symbols": ["<mask>"], "remove_extra_whitespaces": False, "byte_fallback": True, "normalization_rule_name": "identity"},
]


def sentencepiece_models(program, texts):
    good = True
    for kind, options in itertools.product(["bpe", "unigram"], OPTIONS):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS * 5), model_writer=model, model_type=kind, vocab_size=600, hard_vocab_limit=False, minloglevel=2, **options)
        peer = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        # Names of control tokens in a text are found by other tokenizers and not by this one: not asked for.
        asked = [t for t in texts if not any(peer.is_control(i) or peer.is_unknown(i) for i in range(peer.get_piece_size()) if peer.id_to_piece(i) in t)]
        # A zero ends the text in this program.
        asked = [t for t in asked if "\0" not in t]
        wanted = [peer.encode(t) for t in asked]
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "tokenizer.model"), "wb") as file: file.write(model.getvalue())
            name = f"sentencepiece {kind} " + " ".join(f"{k}={v}" for k, v in options.items())
            good &= compare(name, program, folder, asked, wanted, [peer.decode(w) for w in wanted], peer.unk_id())
    return good


def byte_level(size=700):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(CORPUS * 5, trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return made


def vocab_and_merges(program, texts):
    made = byte_level()
    with tempfile.TemporaryDirectory() as folder:
        made.model.save(folder)
        wanted = [made.encode(t).ids for t in texts]
        return compare("vocab.json, merges.txt", program, folder, texts, wanted, [made.decode(w) for w in wanted])


LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def tiktoken_file(program, texts):
    made = byte_level()
    spell = {}
    extra = 0
    for byte in range(256):
        printable = 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174
        spell[chr(byte) if printable else chr(256 + extra)] = byte
        extra += not printable
    ranks = {bytes(spell[c] for c in token): rank for token, rank in made.get_vocab().items()}
    peer = tiktoken.Encoding("small", pat_str=LLAMA3, mergeable_ranks=ranks, special_tokens={})
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "tokenizer.model"), "w") as file:
            for token, rank in sorted(ranks.items(), key=lambda x: x[1]): file.write(f"{base64.b64encode(token).decode()} {rank}\n")
        wanted = [peer.encode_ordinary(t) for t in texts]
        return compare("tiktoken", program, folder, texts, wanted, [peer.decode(w) for w in wanted])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oven")
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    maker = Maker(7)
    texts = ["", " ", "  ", "a", " a", "a ", "  a  b  ", "the\u00a0quick", "\u3000x\u3000", "▁", "▁a", "a▁", "<mask>", "a<mask>b", " <mask> x", "<sep><sep>", "日本語", "x日本", "tab\tnew\nline", "12345", "☃", "☃☃ ☃", "HELLO Straße ﬁ"] + CORPUS
    texts += [maker.text() for _ in range(options.count)]
    results = [sentencepiece_models(options.oven, texts), vocab_and_merges(options.oven, texts), tiktoken_file(options.oven, texts)]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
