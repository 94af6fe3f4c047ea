"""Write sentencepiece.jsonl: tiny SentencePiece models with the ids that SentencePiece itself gives to texts.

    python3 make_sentencepiece.py        (in this folder; needs sentencepiece==0.2.3)

A line is {"options", "model" (base 64), "cases": [{text, ids}]}. The models leave texts as they are (`identity`):
a character map would be most of the file, and Tests/Peers/importers.py tries those.
"""
import base64
import io
import itertools
import json

import sentencepiece

CORPUS = [
    "the quick brown fox jumps over the lazy dog", "hello world, this is a test of 123 and 4567 numbers.", "pack my box with five dozen liquor jugs",
    "    indented    code()  { return 0; }", "it's don't we'll they're", "a b c d e f g h i j k l m n o p q r s t u v w x y z", "Привет мир", "日本語 の テキスト",
]
TEXTS = [
    "", " ", "  ", "a", " a", "a ", "  a  b  ", "the quick", "the\u00a0quick", "\u3000x\u3000", "▁", "▁a", "a▁ ▁", "日本語", "x日本", "tab\tnew\nline", "12345", "☃", "☃☃ ☃", "hello  world   ", "   it's", "the ▁ the", "\n", " \n ", "Привет, мир",
]
OPTIONS = [{}, {"remove_extra_whitespaces": False}, {"add_dummy_prefix": False}, {"byte_fallback": True, "remove_extra_whitespaces": False}]


def main():
    with open("sentencepiece.jsonl", "w") as file:
        for kind, options in itertools.product(["bpe", "unigram"], OPTIONS):
            model = io.BytesIO()
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(CORPUS * 5), model_writer=model, model_type=kind, vocab_size=360, hard_vocab_limit=False,
                normalization_rule_name="identity", minloglevel=2, **options)
            peer = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
            line = {"options": {"model_type": kind, **options}, "model": base64.b64encode(model.getvalue()).decode(), "cases": [{"text": t, "ids": peer.encode(t)} for t in TEXTS]}
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
