"""Write components.jsonl: small tokenizers that use every component, with what tokenizers 0.22 makes of texts.

    python3 make_component_cases.py        (in this folder; needs tokenizers==0.22.2 and sentencepiece==0.2.3)

A line is {"name", "tokenizer", "cases": [{text, ids, ids_special, decoded, decoded_skip}], "decodings": [{ids,
decoded, decoded_skip}]}; ids_special only where they differ, decoded texts only where there is a decoder. The "spelling" models make a token of every byte, and mark with `##` where a piece
goes on, so that their ids show exactly what normalizers and pre-tokenizers did.
"""
import base64
import io
import json
import random

import sentencepiece
from tokenizers import Tokenizer

RANDOM = random.Random(11)
TEXTS = [
    "", " ", "  ", "a", " a", "a ", "Hello, world!", "  two  spaces ", "HELLO's IT'S we'LL", "tab\tnew\nline\r\n", "don't can’t",
    "x1 22 333 4444", "١٢٣ Ⅷ ½", "foo_bar-baz...qux", "$1,000.50 (tax) <b>", "a,b;c:d!e?f", "日本語のテキストです。", "カタカナー ひらがな 漢字",
    "中文字符 mixed with English", "Привет МИР Ёлка", "Ἀθήνα ΣΊΣΥΦΟΣ", "İstanbul ẞß ſ ǅ", "café cafe\u0301 e\u0323\u0307 ﬁ ﬀ Å Å ½",
    "한국어 \u1112\u1161\u11ab 각", "مرحبا بالعالم שָׁלוֹם", "हिन्दी में", "\u200b\u200dzero\ufeff\u00a0nb\u3000sp", "a\u0000b\u0007c\u007f\ufffd",
    "👨‍👩‍👧‍👦👍🏽🇩🇪", "▁▁a▁b ▁", "<0x0A>", "[CLS] x [SEP]", "<s>hi</s> <mask>", "  <mask>  y <mask>z", "a<mask>b Word word wordy Word.",
    "lower low lowest newer wide", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "the the the quick brown fox", "ＦＵＬＬ ｗｉｄｔｈ ㎏ №",
    "a  b\u2028c\u0085d", "ab12cd ab-12", "....!!!", "''\"\"", "unknown ☃ ☃☃ snow", "x\u0301\u0300\u0316y", "ΑΣ ΑΣΑ σς", "one\n\ntwo\n \nthree", "end ",
    "a   b \n  a  a\n  \n a", "lower³ a½ x² ¹Word Word", "$¹ ½x ²x", "Й\U00013A5A a\u2FFDa ຩa \u0953\u0904 a\u0951", "\uA7CE\uA7D2\U00016EA0", "xcy one",
]


def spelling(**more):
    vocab = {f"<0x{b:02X}>": b for b in range(256)}
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "##", "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": True, "ignore_merges": False, "vocab": vocab, "merges": [], **more}


def pairs(*merges):
    return [list(m.split("+")) for m in merges]


def bpe(words, merges, legacy=False, **more):
    vocab = {}
    for token in words + ["".join(m.split("+")).replace("+", "") for m in merges]:
        vocab.setdefault(token, len(vocab))
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocab,
            "merges": [m.replace("+", " ") for m in merges] if legacy else pairs(*merges), **more}


def tokenizer(model, normalizer=None, pre=None, post=None, decoder=None, added=()):
    tokens = []
    for i, token in enumerate(added):
        base = {"id": 10_000 + i, "content": "", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        tokens.append({**base, **token})
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": normalizer,
            "pre_tokenizer": pre, "post_processor": post, "decoder": decoder, "model": model}


def sequence(kind, *parts):
    return {"type": "Sequence", kind: list(parts)}


def simple(name, **more):
    return {"type": name, **more}


def charsmap():
    """The character map nmt_nfkc of SentencePiece, out of a model that is trained for it."""
    model = io.BytesIO()
    text = [" ".join(TEXTS[i : i + 9]).replace("\0", "") for i in range(0, 40)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text), model_writer=model, vocab_size=400, hard_vocab_limit=False, minloglevel=2,
        normalization_rule_name="nmt_nfkc")
    from sentencepiece import sentencepiece_model_pb2
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return base64.b64encode(proto.normalizer_spec.precompiled_charsmap).decode()


def replace(pattern, content, kind="String"):
    return simple("Replace", pattern={kind: pattern}, content=content)


def split(pattern, behavior, invert=False, kind="Regex"):
    return simple("Split", pattern={kind: pattern}, behavior=behavior, invert=invert)


def bert_normalizer(clean, chinese, accents, lowercase):
    return simple("BertNormalizer", clean_text=clean, handle_chinese_chars=chinese, strip_accents=accents, lowercase=lowercase)


def metaspace(scheme, split=True):
    return simple("Metaspace", replacement="▁", prepend_scheme=scheme, split=split)


def build():
    out = {}
    spell = spelling()
    normalizers = {n: simple(n) for n in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel")}
    for left in (False, True):
        for right in (False, True):
            normalizers[f"Strip {left} {right}"] = simple("Strip", strip_left=left, strip_right=right)
    normalizers["Replace"] = replace(" ", "▁")
    normalizers["Replace grow"] = replace("a", "aa")
    normalizers["Replace regex"] = replace(r"\s+|[aeiou]{2}", "_", "Regex")
    normalizers["Prepend"] = simple("Prepend", prepend="▁")
    normalizers["Precompiled"] = simple("Precompiled", precompiled_charsmap=charsmap())
    normalizers["Sequence"] = sequence("normalizers", simple("NFD"), simple("StripAccents"), simple("Lowercase"), simple("Prepend", prepend="x"))
    for flags in ((True, True, None, True), (True, False, False, True), (False, True, True, False), (True, True, None, False)):
        normalizers[f"Bert {flags}"] = bert_normalizer(*flags)
    for name, normalizer in normalizers.items():
        out["normalizer " + name] = tokenizer(spell, normalizer)

    pres = {n: simple(n) for n in ("Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts")}
    for behavior in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        pres[f"Punctuation {behavior}"] = simple("Punctuation", behavior=behavior)
        for invert in (False, True):
            pres[f"Split regex {behavior} {invert}"] = split(r"\s+|\p{L}{2}", behavior, invert)
            pres[f"Split string {behavior} {invert}"] = split("a", behavior, invert, "String")
    pres["Digits"] = simple("Digits", individual_digits=False)
    pres["Digits individual"] = simple("Digits", individual_digits=True)
    pres["CharDelimiterSplit"] = simple("CharDelimiterSplit", delimiter="o")
    pres["FixedLength"] = simple("FixedLength", length=3)
    for scheme in ("always", "first", "never"):
        for cut in (True, False):
            pres[f"Metaspace {scheme} {cut}"] = metaspace(scheme, cut)
    for space in (True, False):
        for regex in (True, False):
            pres[f"ByteLevel {space} {regex}"] = simple("ByteLevel", add_prefix_space=space, trim_offsets=True, use_regex=regex)
    pres["Sequence"] = sequence("pretokenizers", simple("WhitespaceSplit"), metaspace("first"), simple("Punctuation", behavior="Isolated"))
    for name, pre in pres.items():
        out["pre-tokenizer " + name] = tokenizer(spell, None, pre, added=[{"content": "<mask>"}])
    out["first after strip"] = tokenizer(
        spell, sequence("normalizers", simple("Strip", strip_left=True, strip_right=False), simple("NFC")), metaspace("first"), added=[{"content": "<mask>"}])

    letters = list("abcdefghijklmnopqrstuvwxyz.,") + ["▁"]
    merges = ["l+o", "lo+w", "e+r", "n+e", "ne+w", "new+er", "t+h", "th+e", "a+a", "aa+aa", "▁+the", "▁+low"]
    space = replace(" ", "▁")
    out["BPE drop unknown"] = tokenizer(bpe(letters, merges), space)
    out["BPE unknown"] = tokenizer(bpe(["<unk>"] + letters, merges, unk_token="<unk>"), space)
    out["BPE fused unknown"] = tokenizer(bpe(["<unk>"] + letters, merges, unk_token="<unk>", fuse_unk=True, legacy=True), space)
    some = [f"<0x{b:02X}>" for b in range(0x20, 0x100)]
    out["BPE some bytes"] = tokenizer(bpe(["<unk>"] + some + letters, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True), space)
    out["BPE ignore merges"] = tokenizer(bpe(letters + ["quick", "wide", "brownie"], merges, ignore_merges=True), None, simple("Whitespace"))
    ends = [c + "</w>" for c in letters]
    out["BPE suffix"] = tokenizer(
        bpe(["<unk>"] + letters + ends, ["l+o", "lo+w</w>", "e+r</w>", "t+h", "th+e</w>", "a+a", "aa+a</w>"], unk_token="<unk>", end_of_word_suffix="</w>"),
        simple("Lowercase"), simple("Whitespace"), decoder=simple("BPEDecoder", suffix="</w>"))
    inner = ["##" + c for c in letters]
    model = bpe(["<unk>"] + letters + inner, [], unk_token="<unk>", continuing_subword_prefix="##")
    for token in ("lo", "low", "##er", "th", "the", "##aa"):
        model["vocab"][token] = len(model["vocab"])
    model["merges"] = [["l", "##o"], ["lo", "##w"], ["##e", "##r"], ["t", "##h"], ["th", "##e"], ["##a", "##a"]]
    out["BPE prefix"] = tokenizer(model, None, simple("Whitespace"), decoder=simple("WordPiece", prefix="##", cleanup=False))
    alphabet = [chr(b) if 0x21 <= b <= 0x7E or 0xA1 <= b <= 0xAC or b >= 0xAE else chr(256 + n)
                for n, b in zip([sum(1 for x in range(b) if not (0x21 <= x <= 0x7E or 0xA1 <= x <= 0xAC or x >= 0xAE)) for b in range(256)], range(256))]
    level = simple("ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=True)
    for name, words, more in (("", alphabet, {}), (" unknown", ["<unk>"] + alphabet[:120], {"unk_token": "<unk>", "fuse_unk": True}), (" dropped", alphabet[:200], {})):
        out["byte level" + name] = tokenizer(bpe(words, ["l+o", "lo+w", "Ġ+low", "e+r", "Ġ+t", "h+e", "Ġt+he"], **more), None, level, decoder=level)
    out["byte level normalizer"] = tokenizer(bpe(alphabet, ["l+o", "Ġ+t"]), simple("ByteLevel"), split("Ġ", "MergedWithNext", kind="String"), decoder=level)
    out["byte level suffix"] = tokenizer(
        bpe(alphabet + [c + "</w>" for c in alphabet], ["l+o", "lo+w</w>"], end_of_word_suffix="</w>", unk_token="!"),
        sequence("normalizers", simple("NFC"), replace(r"\s+", " ", "Regex"), simple("Lowercase")),
        sequence("pretokenizers", split(r"'s|'t|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", "Removed", True), simple("ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=False)),
        decoder=level)

    pieces = [["<unk>", 0.0], ["▁", -2.0], ["▁the", -3.25], ["▁low", -4.5], ["er", -3.5], ["e", -4.0], ["r", -4.25], ["a", -3.0], ["aa", -5.0], ["aaaa", -7.0],
              ["t", -3.75], ["h", -4.1], ["o", -3.9], ["w", -4.3], ["l", -4.2], ["☃☃", -6.0], ["quick", -8.0], ["▁quick", -8.5], ["n", -3.3], ["s", -3.1]]
    out["Unigram"] = tokenizer({"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False}, None, metaspace("always"), decoder=metaspace("always"))
    everything = pieces + [[f"<0x{b:02X}>", -20.0] for b in range(256)]
    out["Unigram bytes"] = tokenizer({"type": "Unigram", "unk_id": 0, "vocab": everything, "byte_fallback": True}, space, None,
                                     decoder=sequence("decoders", simple("ByteFallback"), metaspace("first")))
    words = {t: i for i, t in enumerate(["[UNK]", "[CLS]", "[SEP]", "the", "low", "##er", "##est", "new", "wide", "a", "##a", "##aa", "quick", ",", "!", "hello", "world", "x", "日"])}
    out["WordPiece"] = tokenizer({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 20, "vocab": words},
                                 bert_normalizer(True, True, None, True), simple("BertPreTokenizer"),
                                 simple("BertProcessing", sep=["[SEP]", 2], cls=["[CLS]", 1]), simple("WordPiece", prefix="##", cleanup=True), [{"content": "[CLS]"}, {"content": "[SEP]"}])
    level_words = {t: i for i, t in enumerate(["<unk>", "the", "low", "a", "Hello", "world", "quick", "x1", "22"])}
    out["WordLevel"] = tokenizer({"type": "WordLevel", "unk_token": "<unk>", "vocab": level_words}, None, simple("Whitespace"),
                                 simple("RobertaProcessing", sep=["low", 2], cls=["the", 1], trim_offsets=True, add_prefix_space=True))
    template = simple("TemplateProcessing",
                      single=[{"SpecialToken": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "E", "type_id": 0}}, {"SpecialToken": {"id": "E", "type_id": 0}}],
                      pair=[{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                      special_tokens={"B": {"id": "B", "ids": [3, 4], "tokens": ["a", "Hello"]}, "E": {"id": "E", "ids": [5], "tokens": ["world"]}})
    out["template"] = tokenizer({"type": "WordLevel", "unk_token": "<unk>", "vocab": level_words}, None, simple("WhitespaceSplit"),
                                sequence("processors", simple("ByteLevel", add_prefix_space=True, trim_offsets=False, use_regex=True), template))

    flags = [{}, {"lstrip": True}, {"rstrip": True}, {"lstrip": True, "rstrip": True}, {"single_word": True}, {"normalized": True, "special": False},
             {"normalized": True, "single_word": True, "rstrip": True}, {"special": False}]
    for flag in flags:
        added = [{"content": "<mask>", **flag}, {"content": "Word", **flag}, {"content": "<s>", "special": False}, {"content": "low", **flag}, {"content": "lower"}]
        out[f"added {flag}"] = tokenizer(bpe(letters, merges), sequence("normalizers", simple("Lowercase"), space), None, added=added)
        out[f"added first {flag}"] = tokenizer(spell, simple("Lowercase"), metaspace("first"), added=added)

    tokens = ["<pad>", "|", "a", "b", "▁", "▁a", "a▁b", "##a", "##", " a", "a ", "  a  ", " ", "n't", " n't", " .", ".", " ' ", " do not", "</w>", "a</w>", "a</w>b</w>", "é", "Ã", "©", "Ġ", "Ġa", "日",
              "ab", "abab", "aba", "ba", "☃", "<0xE2>", "<0x98>", "<0x83>", "<0x41>", "<0xFF>", "<0xc3>", "<0xA9>", "<0x+1>", "<0xF0>", "<0x9F>", "<0x92>", "<0xA9>", "â", "ĺ", "ĥ"]
    decoders = {
        "ByteLevel": level, "ByteFallback": simple("ByteFallback"), "Fuse": simple("Fuse"), "Strip": simple("Strip", content=" ", start=1, stop=0), "Strip a": simple("Strip", content="a", start=2, stop=0),
        "Strip end": sequence("decoders", simple("Fuse"), simple("Strip", content=" ", start=1, stop=1)), "Replace": replace("▁", " "), "Replace long": sequence("decoders", simple("Fuse"), replace("aba", "X")),
        "Replace regex": sequence("decoders", simple("Fuse"), replace(r"[ab]+|\s\s", "-", "Regex")), "Metaspace": metaspace("always"), "Metaspace never": metaspace("never"),
        "WordPiece": simple("WordPiece", prefix="##", cleanup=True), "WordPiece plain": simple("WordPiece", prefix="##", cleanup=False), "BPEDecoder": simple("BPEDecoder", suffix="</w>"),
        "CTC": simple("CTC", pad_token="<pad>", word_delimiter_token="|", cleanup=True), "CTC plain": simple("CTC", pad_token="<pad>", word_delimiter_token="|", cleanup=False), "none": None,
        "Llama": sequence("decoders", replace("▁", " "), simple("ByteFallback"), simple("Fuse"), simple("Strip", content=" ", start=1, stop=0)),
        "ByteLevel Strip": sequence("decoders", level, simple("Strip", content="a", start=3, stop=0), replace("b", "cc")),
        "Sequence": sequence("decoders", simple("ByteFallback"), simple("WordPiece", prefix="##", cleanup=True), simple("BPEDecoder", suffix="</w>")),
    }
    vocab = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
    for name, decoder in decoders.items():
        out["decoder " + name] = tokenizer({"type": "WordLevel", "unk_token": "a", "vocab": vocab}, None, simple("WhitespaceSplit"), None, decoder, [{"content": "<pad>"}])
    out |= found_by_fuzzing(spell)
    return out


def found_by_fuzzing(spell):
    """What Tests/Peers/tokenizer_fuzz.py has found, each as small as it goes."""
    out = {}
    spaces = [{"content": " ", "lstrip": True, "rstrip": True}, {"content": "  ", "rstrip": True}, {"content": "\n", "normalized": True}, {"content": "a", "rstrip": True}]
    out["added tokens in the space of others"] = tokenizer(spell, None, None, added=spaces)
    out["added tokens in the space of others, no lstrip"] = tokenizer(spell, None, None, added=[{"content": " ", "rstrip": True}, {"content": "a", "rstrip": True}])
    out["added special first"] = tokenizer(spell, replace("▁", " "), None, added=[{"content": " ", "normalized": True, "special": False}, {"content": "▁", "normalized": True}])
    out["added single words beside numbers"] = tokenizer(spell, None, simple("Whitespace"), added=[{"content": w, "single_word": True} for w in ("lower", "a", "x", "Word")])
    holes = bpe(["a", "b", "c"], [])
    holes["vocab"] = {"a": 0, "b": 5, "c": 9}
    out["added behind holes"] = tokenizer(holes, None, None, added=[{"content": "x"}, {"content": "c"}, {"content": "y"}, {"content": "one"}])
    piece, text = (lambda name: {"SpecialToken": {"id": name, "type_id": 0}}), {"Sequence": {"id": "A", "type_id": 0}}
    specials = {n: {"id": n, "ids": ids, "tokens": ["x"] * len(ids)} for n, ids in (("B", [3, 4]), ("E", [5]))}
    single = [piece("B"), text, piece("E")]
    template = simple("TemplateProcessing", single=single, pair=[text, {"Sequence": {"id": "B", "type_id": 1}}], special_tokens=specials)
    short = simple("TemplateProcessing", single=single[1:], pair=[{"Sequence": {"id": "B", "type_id": 1}}, piece("B"), text], special_tokens=specials)
    for kind, second in (("Bert", simple("BertProcessing", sep=["a", 2], cls=["b", 1])), ("Roberta", simple("RobertaProcessing", sep=["a", 2], cls=["b", 1], trim_offsets=True, add_prefix_space=True)), ("pair", short)):
        out[f"template then {kind}"] = tokenizer(spell, None, None, sequence("processors", short if kind == "pair" else template, second))
    return out


def attempt(function):
    try:
        return function()
    except BaseException:  # the reference panics at some inputs, which then are no cases
        return None


def main():
    with open("components.jsonl", "w") as f:
        for name, definition in build().items():
            t = Tokenizer.from_str(json.dumps(definition))
            cases, decodings = [], []
            for text in TEXTS:
                def case():
                    ids = t.encode(text, add_special_tokens=False).ids
                    special = t.encode(text).ids
                    result = {"text": text, "ids": ids, **({"ids_special": special} if special != ids else {})}
                    if definition["decoder"]:
                        result |= {"decoded": t.decode(ids, skip_special_tokens=False), "decoded_skip": t.decode(ids)}
                    return result
                cases.append(attempt(case))
            if name.startswith("decoder"):
                size = t.get_vocab_size()
                for _ in range(150):
                    ids = [RANDOM.randrange(size) for _ in range(RANDOM.randint(1, 12))]
                    decodings.append(attempt(lambda: {"ids": ids, "decoded": t.decode(ids, skip_special_tokens=False), "decoded_skip": t.decode(ids)}))
            line = {"name": name, "tokenizer": definition, "cases": [c for c in cases if c], "decodings": [d for d in decodings if d]}
            f.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            if len(line["cases"]) < len(TEXTS) * 0.6: print(name, len(line["cases"]))


main()
