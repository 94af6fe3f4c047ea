"""Compare `oven tokenize` with HF tokenizers on random small tokenizers of every component and on hostile text.

    scripts/peers tokenizers==0.22.1
    .venv-peers/bin/python Tests/Peers/tokenizer_fuzz.py .build/release/oven [--seed N] [--count N] [--keep FOLDER]

Prints every tokenizer that differs, with the shortest text that shows it, and exits with 1 where there is one.
"""
import argparse

import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from tokenizers import Regex, Tokenizer, normalizers

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "Fixtures", "tokenizers")
BEHAVIOURS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]

# Single characters of every kind that a component treats in its own way.
SCALARS = (
    list("abcdefgABCxyzZ0123459 .,!?-_'\"()[]{}<>/\\|@#$%^&*+=~`;:") + list(" \t\n\r\x0b\x0c\x00\x01\x07\x1b\x1f\x7f")
    + list("\x80\x85\x8f\x9f\xa0\xad²³¹ªº½ßµ×÷") + list("ÀÉéüñçÅåøŁłİıſǅǆẞ")
    + list("\u0300\u0301\u0303\u0308\u0316\u0323\u0327\u0338\u0345\u034f\u0488\u20dd\u0f71\u0f72\u3099")
    + list("\u1680\u180e\u2000\u2003\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202e\u202f\u205f\u2060\u3000\ufeff")
    + list("▁Ġ☃…‘’“”–—€№ℌΩΩ") + list("ΑαΣσςΆάѐЙйЁё") + list("אבשׁמרחبا١٢ﷺﻼ") + list("हिन्दी०क्षதமিাখ้ำเไ")
    + list("日本語漢字中文ひカーガ゙ﾊﾟ〇々㎏㍿豈丽") + list("한각힣각ㄱﾡ") + list("ﬁﬃＡ１ａ！①Ⅷ㈠")
    + ["\U0001F468", "\U0001F3FD", "\U0001F1E9", "\U0001F1EA", "\u2764\ufe0f", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001D400", "\U0001D7D8",
       "\U00020000", "\U0002F800", "\U0002B740", "\U0002B830", "\U0002B920", "\U00010330", "\U0001E900", "\U0010FFFF", "\U000E0001", "\U000E0100", "\ue000", "\uf8ff", "\ud7ff", "\ufffd", "\uffff", "\ufdd0", "\u0378"]
)
WORDS = ["the", "low", "lower", "newest", "Hello", "world", "don't", "IT'S", "we'LL", "x1", "2024", "3.14", "foo_bar", "a,b", "http://a.b/c?d=1", "[MASK]", "<s>", "</s>", "<0x0A>", "<unk>", "##er", "ab</w>",
         "cafe\u0301", "café", "Ἀθήνα", "ΣΊΣΥΦΟΣ", "日本語", "テキスト", "한국어", "\u1112\u1161\u11ab", "हिन्दी", "Привет", "مرحبا", "👨‍👩‍👧", "🇩🇪🇫", "e\u0323\u0307", "o\u0308\u0327\u0323", "\r\n", "  ", "\n\n", " \n ", "    "]

REGEXES = [
    r"\s+", r"\s", r"\w+", r"\W+", r"\d+", r"\D", r"\b", r"\B", r"\h+", r"\p{L}+", r"\p{Lu}", r"\P{L}", r"\p{^L}+", r"\p{N}{1,3}", r"\p{M}", r"\p{P}|\p{S}", r"\p{Han}+", r"[\p{Hiragana}\p{Katakana}ー]+",
    r"\p{Script=Han}", r"[^\s\p{L}\p{N}]+", r"[[:alpha:]]+", r"[[:^alpha:]]", r"[[:punct:]]", r"[[:space:]&&[^\n]]", r"[a-z&&[^aeiou]]+", r"[^a-f\d]", r"[a-]", r"[]a]", r"[\w-]", r"[\s\S]", r"[\W]", r"[^\W]", r"[[:word:]]+",
    r"(?i:abc)", r"(?i)É", r"(?i)ß", r"(?i:'s|'t|'re)", r"(?i:ſ)", r"(?i)K+", r"(?i:σ)", r"a(?=b)", r"a(?!b)", r"(?<=a)b", r"(?<!a)b", r"(?<=\s)\w", r"(?<!^)\s", r"\s+(?!\S)", r"\s+$", r"^\s+", r"^", r"$", r"\A\w", r"\w\z", r"\w\Z", r"\n?\z",
    r"a*", r"a*?", r"a+?", r"x?", r"(?:ab)+", r"(a)(b)?\1", r"(?<n>.)\k<n>", r"(?>a+)b", r"a++b", r"a?+a", r"[ab]*+c", r"a{2}", r"a{2,}", r"a{,2}", r"a{2}+", r"a{1,2}?", r"a{0}", r"a{x}", r".", r"(?m:.)", r"(?m).+", r".+?", r"\R", r"\N", r"\O",
    r"|a", r"a|", r"a|ab", r"ab|a", r"(?x: a b # c" + "\n)", r"(?#no)a", r"\x41", r"\x{1F468}", r"\u00e9", r"\t|\n", r"\.", r"\/", r"\-", r"[\]\[]", r"[.*+]", r"\101", r"[^\r\n\p{L}\p{N}]?\p{L}+", r"\p{L}\p{M}*", r"[\p{L}&&\p{Latin}]+",
    r"\p{Emoji}", r"\p{Alphabetic}+", r"\p{White_Space}", r"\p{Lowercase}+", r"\p{Any}", r"\p{ASCII}+", r"\p{Cased_Letter}", r"\p{Cyrillic}+|\p{Greek}+", r"[一-龥]+", r"[^\x00-\x7F]+", r"'(?i:[sdmt]|ll|ve|re)", r"(?<=[a-z])(?=[A-Z])", r"(?=\d)", r"\b\w", r"\w\b", r"(?:(?!the).)+",
    r"(?-i:a)", r"(?i-m:a.)", r"\p{L}{2,}?", r"(?:\s*)x", r"(?:a|b)*?c", r"[^\S\n]+", r"[\h]+", r"\p{Cc}|\p{Cf}|\p{Co}|\p{Cn}", r"\p{Zs}", r"[\p{L}\p{M}]+|\p{N}", r"\p{Common}+", r"\p{Inherited}+", r"(?i:[a-c])", r"(?i:[^a-c])", r"(?i:\p{Lu})", r"(?i)[k]", r"(?i:ﬁ)", r"(?i)straße", r"\Gab?",
]
ATOMS = ["a", "b", " ", "\\s", "\\S", "\\w", "\\W", "\\d", "\\p{L}", "\\p{Lu}", "\\p{N}", "\\p{M}", "[a-c]", "[^a\\s]", "[\\p{L}\\d]", ".", "é", "日", "\\b", "$", "^", "\\r?\\n", "(?=b)", "(?!a)", "(?<=a)", "(?<!\\s)", "'s", "\\p{P}"]
QUANTIFIERS = ["", "", "", "?", "*", "+", "??", "*?", "+?", "?+", "*+", "++", "{2}", "{1,3}", "{2,}", "{,2}"]


def known_patterns():
    """The split patterns of well-known tokenizers: those that the program has hand-written scanners for."""
    source = open(os.path.join(os.path.dirname(__file__), "..", "Fixtures", "patterns", "known_patterns.json")).read()
    return json.loads(source)


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.charsmaps = charsmaps()
        self.known = known_patterns()

    def flag(self): return self.r.random() < 0.5

    # MARK: texts

    def text(self):
        r, parts = self.r, []
        if r.random() < 0.02: return ""
        for _ in range(r.choice([1, 1, 2, 3, 4, 6, 10, 25])):
            kind = r.random()
            if kind < 0.45: parts.append(r.choice(SCALARS))
            elif kind < 0.7: parts.append(r.choice(WORDS))
            elif kind < 0.8: parts.append(r.choice(SCALARS) * r.choice([2, 3, 5, 17, 40]))
            elif kind < 0.9: parts.append(" ")
            elif kind < 0.95: parts.append("".join(r.choice("abclowerthe ▁</w>#") for _ in range(r.randint(1, 12))))
            else:
                point = r.choice([r.randrange(0x20, 0x3000), r.randrange(0x110000), r.randrange(0xA000, 0x20000)])
                parts.append(chr(point) if not 0xD800 <= point < 0xE000 else "?")
        return "".join(parts)

    def regex(self, depth=0):
        r = self.r
        if depth == 0 and r.random() < 0.55: return r.choice(REGEXES)
        parts = []
        for _ in range(r.randint(1, 3)):
            atom = r.choice(ATOMS)
            if depth < 2 and r.random() < 0.25: atom = r.choice(["(?:%s)", "(%s)", "(?>%s)", "(?i:%s)", "(?=%s)", "(?!%s)"]) % self.regex(depth + 1)
            bare = atom[0] in "^$" or atom in ("\\b",) or atom.startswith(("(?=", "(?!", "(?<"))
            parts.append(atom if bare else atom + r.choice(QUANTIFIERS) if len(atom) == 1 or atom[0] in "([\\" and not atom.endswith("\\n") else atom)
        pattern = "".join(parts)
        return pattern + "|" + self.regex(depth + 1) if r.random() < 0.3 else pattern

    def pattern(self):
        if self.r.random() < 0.3: return {"String": self.r.choice([" ", "a", "the", "e\u0301", "é", "\n", "▁", "  ", "'", "日", "ab", "\u200d"])}
        return {"Regex": self.regex()}

    # MARK: components

    def normalizer(self, depth=0):
        r = self.r
        kind = r.choice(["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Replace", "Replace", "Prepend", "BertNormalizer", "Nmt", "Precompiled", "Precompiled", "ByteLevel"] + ["Sequence"] * (4 if depth == 0 else 0))
        more = {}
        if kind == "Sequence": more = {"normalizers": [self.normalizer(1) for _ in range(r.randint(0, 3))]}
        if kind == "Strip": more = {"strip_left": self.flag(), "strip_right": self.flag()}
        if kind == "Replace": more = {"pattern": self.pattern(), "content": r.choice(["", " ", "▁", "xx", "é", "e\u0301", "日本"])}
        if kind == "Prepend": more = {"prepend": r.choice(["▁", " ", "ab", ""])}
        if kind == "BertNormalizer": more = {"clean_text": self.flag(), "handle_chinese_chars": self.flag(), "strip_accents": r.choice([None, True, False]), "lowercase": self.flag()}
        if kind == "Precompiled": more = {"precompiled_charsmap": r.choice(self.charsmaps)}
        return {"type": kind, **more}

    def metaspace(self):
        r = self.r
        return {"type": "Metaspace", "replacement": r.choice(["▁", "▁", "▁", "_", "é"]), "prepend_scheme": r.choice(["always", "first", "never"]), **r.choice([{"split": True}, {"split": False}, {}])}

    def byte_level(self):
        return {"type": "ByteLevel", "add_prefix_space": self.flag(), "trim_offsets": self.flag(), **self.r.choice([{"use_regex": True}, {"use_regex": False}, {}])}

    def pre_tokenizer(self, depth=0):
        r = self.r
        kind = r.choice(["ByteLevel", "Split", "Split", "Split", "Known", "Whitespace", "WhitespaceSplit", "Metaspace", "Digits", "Punctuation", "BertPreTokenizer", "CharDelimiterSplit", "UnicodeScripts"] + ["Sequence"] * (4 if depth == 0 else 0))
        more = {}
        if kind == "Metaspace": return self.metaspace()
        if kind == "ByteLevel": return self.byte_level()
        if kind == "Known":
            kind = "Split"
            invert = self.flag()
            more = {"pattern": {"Regex": r.choice(self.known)}, "behavior": "Removed" if invert else "Isolated", "invert": invert}
        elif kind == "Split": more = {"pattern": self.pattern(), "behavior": r.choice(BEHAVIOURS), "invert": self.flag()}
        if kind == "Sequence": more = {"pretokenizers": [self.pre_tokenizer(1) for _ in range(r.randint(0, 3))]}
        if kind == "Digits": more = {"individual_digits": self.flag()}
        if kind == "Punctuation": more = r.choice([{"behavior": b} for b in BEHAVIOURS] + [{}])
        if kind == "CharDelimiterSplit": more = {"delimiter": r.choice([" ", "a", "é", "日", "\n"])}
        return {"type": kind, **more}

    def pool(self):
        """Single characters that a small vocabulary knows."""
        some = self.r.sample([c for c in SCALARS if len(c) == 1], 40)
        return list(dict.fromkeys(list("abcdefghijklmnopqrstuvwxyz ▁ĠÃ©é.,'") + some + ["\u0301", "e\u0301"]))

    def model(self):
        r = self.r
        kind = r.choice(["spell", "spell", "BPE", "BPE", "BPE", "Unigram", "WordPiece", "WordLevel"])
        return getattr(self, "model_" + kind.lower())()

    def model_spell(self):
        """A token for every byte, and `##` where a piece goes on: the ids show what was done before."""
        return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "##", "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": True, "ignore_merges": False,
                "vocab": {f"<0x{b:02X}>": b for b in range(256)}, "merges": []}

    def model_bpe(self):
        r = self.r
        prefix, suffix = r.choice([None, None, "", "##"]), r.choice([None, None, None, "</w>"])
        tokens = ["<unk>"] + self.pool()
        if r.random() < 0.35: tokens += [chr(256 + n) for n in range(68)]
        decorated = [(prefix or "") + t for t in tokens if prefix] + [t + suffix for t in tokens if suffix] + ([prefix + t + suffix for t in tokens] if prefix and suffix else [])
        tokens = list(dict.fromkeys(tokens + decorated))
        merges, seen = [], set()
        for _ in range(r.choice([0, 10, 60])):
            left, right = r.choice(tokens[1:]), r.choice(tokens[1:])
            if r.random() < 0.6: left, right = r.choice("abcdelowrthn▁Ġ "), (prefix or "") + r.choice("abcdelowrthn")
            if left not in tokens or right not in tokens or (left, right) in seen or " " in left + right and r.random() < 0.8: continue
            if prefix and not right.startswith(prefix) and r.random() < 0.95: continue
            merged = left + right[len(prefix or ""):]
            if merged not in tokens: tokens.append(merged)
            seen.add((left, right)); merges.append([left, right])
        if r.random() < 0.3: tokens += [f"<0x{b:02X}>" for b in range(256) if r.random() < r.choice([1, 1, 0.9])]
        if self.flag(): tokens += ["quick", "lowest", "日本", "newest</w>", "e\u0301x", "éx"]
        vocab = {t: i for i, t in enumerate(dict.fromkeys(tokens))}
        if r.random() < 0.4 and not any(" " in a + b for a, b in merges): merges = [" ".join(m) for m in merges]
        return {"type": "BPE", "dropout": None, "unk_token": r.choice([None, "<unk>", "<unk>"]), "continuing_subword_prefix": prefix, "end_of_word_suffix": suffix, "fuse_unk": self.flag(),
                "byte_fallback": self.flag(), "ignore_merges": self.flag(), "vocab": vocab, "merges": merges}

    def model_unigram(self):
        r = self.r
        tokens = ["<unk>"] + [t for t in self.pool() if r.random() < 0.9] + ["▁the", "the", "lo", "low", "er", "aa", "aaaa", "ab", "bc", "abc", "▁▁", "日本", "e\u0301", "Hello", "▁Hello", "☃☃", "\U0001F468\u200d"]
        tokens += ["".join(r.choice("abcdelowr▁") for _ in range(r.randint(2, 4))) for _ in range(20)]
        bytes_ = self.flag()
        if bytes_ or r.random() < 0.2: tokens += [f"<0x{b:02X}>" for b in range(256)]
        grid = self.flag()
        pieces = [[t, float(r.randint(-8, 0)) if grid else round(r.uniform(-15, 0), r.choice([2, 6, 15]))] for t in dict.fromkeys(tokens)]
        return {"type": "Unigram", "unk_id": r.choice([0, 0, 0, None]), "vocab": pieces, "byte_fallback": bytes_}

    def model_wordpiece(self):
        r = self.r
        prefix = r.choice(["##", "##", "@@", ""])
        base = self.pool() + ["the", "low", "er", "est", "new", "hello", "world", "日本", "e\u0301"]
        tokens = ["[UNK]", "[CLS]", "[SEP]"] + base + [prefix + t for t in base if r.random() < 0.8]
        return {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": prefix, "max_input_chars_per_word": r.choice([100, 8, 3]), "vocab": {t: i for i, t in enumerate(dict.fromkeys(tokens))}}

    def model_wordlevel(self):
        tokens = ["<unk>"] + self.pool() + WORDS + ["Ġthe", "▁the", "▁low"]
        return {"type": "WordLevel", "unk_token": self.r.choice(["<unk>", "<unk>", "missing"]), "vocab": {t: i for i, t in enumerate(dict.fromkeys(tokens))}}

    def added(self, vocab):
        r, tokens, known = self.r, [], list(vocab)
        size = len(known)
        contents = ["<s>", "</s>", "[MASK]", "<mask>", "the", "Hello", "lower", "é", "e\u0301", "É", "日本", " ", "  ", "a b", "\n", "x1", "low", "LOW", "ﬁ", "👨", "<|x|>", "▁", "a", "Σ", "\u0301", "ab ", " ab"]
        for content in r.sample(contents, r.choice([0, 0, 1, 3, 6, 12])) + (r.sample(known, 2) if r.random() < 0.3 else []):
            if any(t["content"] == content for t in tokens): continue
            index = known.index(content) if content in known else size
            size += content not in known
            tokens.append({"id": index, "content": content, "single_word": r.random() < 0.3, "lstrip": r.random() < 0.3, "rstrip": r.random() < 0.3, "normalized": self.flag(), "special": self.flag()})
        return tokens

    def post_processor(self, vocab, depth=0):
        r = self.r
        kind = r.choice(["TemplateProcessing", "ByteLevel", "BertProcessing", "RobertaProcessing"] + ["Sequence"] * (depth == 0))
        token = lambda: (lambda t: [t, vocab[t]])(r.choice(list(vocab)))
        if kind == "ByteLevel": return self.byte_level()
        if kind == "BertProcessing": return {"type": kind, "sep": token(), "cls": token()}
        if kind == "RobertaProcessing": return {"type": kind, "sep": token(), "cls": token(), "trim_offsets": self.flag(), "add_prefix_space": self.flag()}
        if kind == "Sequence": return {"type": kind, "processors": [self.post_processor(vocab, 1) for _ in range(r.randint(0, 2))]}
        specials = {f"T{i}": {"id": f"T{i}", "ids": [token()[1] for _ in range(r.choice([1, 1, 2]))], "tokens": []} for i in range(3)}
        for special in specials.values(): special["tokens"] = ["x"] * len(special["ids"])
        piece = lambda: {"SpecialToken": {"id": r.choice(list(specials)), "type_id": 0}}
        text = {"Sequence": {"id": "A", "type_id": 0}}
        single = [piece() for _ in range(r.randint(0, 2))] + [text] + [piece() for _ in range(r.randint(0, 2))]
        return {"type": kind, "single": single, "pair": [text, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": specials}

    def decoder(self, depth=0):
        r = self.r
        kind = r.choice(["ByteLevel", "ByteFallback", "Fuse", "Strip", "Replace", "Metaspace", "WordPiece", "BPEDecoder", "CTC"] + ["Sequence"] * (6 if depth == 0 else 0))
        if kind == "ByteLevel": return self.byte_level()
        if kind == "Metaspace": return self.metaspace()
        more = {}
        if kind == "Strip": more = {"content": r.choice([" ", "a", "▁", "é"]), "start": r.choice([0, 1, 2]), "stop": r.choice([0, 0, 1, 2])}
        if kind == "Replace": more = {"pattern": self.pattern(), "content": r.choice(["", " ", "X", "é"])}
        if kind == "WordPiece": more = {"prefix": r.choice(["##", "##", "@@", ""]), "cleanup": self.flag()}
        if kind == "BPEDecoder": more = {"suffix": r.choice(["</w>", "</w>", "a", "é"])}
        if kind == "CTC": more = {"pad_token": r.choice(["<s>", "a", "<unk>"]), "word_delimiter_token": r.choice(["|", " ", "▁"]), "cleanup": self.flag()}
        if kind == "Sequence": more = {"decoders": [self.decoder(1) for _ in range(r.randint(0, 4))]}
        return {"type": kind, **more}

    def tokenizer(self):
        r, model = self.r, self.model()
        vocab = {t: i for i, (t, _) in enumerate(model["vocab"])} if model["type"] == "Unigram" else model["vocab"]
        maybe = lambda make, chance: make() if r.random() < chance else None
        return {
            "version": "1.0",
            "truncation": maybe(lambda: {"direction": r.choice(["Left", "Right"]), "max_length": r.choice([1, 4, 512]), "strategy": "LongestFirst", "stride": 0}, 0.1),
            "padding": maybe(lambda: {"strategy": r.choice(["BatchLongest", {"Fixed": 16}]), "direction": "Left", "pad_to_multiple_of": r.choice([None, 8]), "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>"}, 0.1),
            "added_tokens": self.added(vocab), "normalizer": maybe(self.normalizer, 0.6), "pre_tokenizer": maybe(self.pre_tokenizer, 0.75),
            "post_processor": maybe(lambda: self.post_processor(vocab), 0.4), "decoder": maybe(self.decoder, 0.8), "model": model}


def charsmaps():
    """Character maps of SentencePiece: the real one of the fixtures."""
    maps = []
    for line in open(os.path.join(FIXTURES, "components.jsonl")):
        if '"Precompiled"' in line[:100000]: maps += re.findall(r'"precompiled_charsmap":\s*"([^"]+)"', line)
    return list(dict.fromkeys(maps))


def attempt(function):
    try:
        return function(), None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the library panics at some inputs
        return None, f"{type(error).__name__}: {error}"


def run(oven, folder, lines, *options):
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = subprocess.run([oven, "tokenize", folder, "--jsonl", *options], input=text.encode(), capture_output=True)
    if done.returncode not in (0, 65): return None, done.stderr.decode(errors="replace").strip()[-600:] or f"exit {done.returncode}"
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    return (answers, None) if len(answers) == len(lines) else (None, f"{len(answers)} answers to {len(lines)} lines: {done.stderr.decode()[-300:]}")


def expected(reference, texts):
    """What the library gives, for the texts at which it does not panic; and of random ids."""
    cases = []
    for text in texts:
        both, _ = attempt(lambda: (reference.encode(text).ids, reference.encode(text, add_special_tokens=False).ids))
        if both: cases.append((text, *both))
    return cases


def matches_nothing(pattern):
    """Whether a regular expression matches the empty text somewhere; the library then garbles what it replaces."""
    if "Regex" not in pattern: return False
    for text in ("ab Aé1\n日", "", "a", "  b", "the a\n"):
        marked, _ = attempt(lambda: normalizers.Replace(Regex(pattern["Regex"]), "\uE123").normalize_str(text))
        removed, _ = attempt(lambda: normalizers.Replace(Regex(pattern["Regex"]), "").normalize_str(text))
        if marked is None or removed is None or marked.count("\uE123") > len(text) - len(removed): return True
    return False


def drop_undefined(definition, reference):
    """Takes out what the library itself has no consistent answer to; docs/tokenizers.md lists it."""
    def plain(token):
        normalized = reference.normalizer and token["normalized"]
        return attempt(lambda: reference.normalizer.normalize_str(token["content"]))[0] if normalized else token["content"]
    kept = [t for t in definition["added_tokens"] if plain(t)]
    changed = len(kept) != len(definition["added_tokens"])
    definition["added_tokens"] = kept
    for part in (definition["normalizer"], definition["decoder"]):
        for member in [part, *((part or {}).get("normalizers") or (part or {}).get("decoders") or [])]:
            if member and member["type"] == "Replace" and matches_nothing(member["pattern"]):
                member["pattern"], changed = {"String": "a"}, True
    return changed


def check(oven, folder, definition, maker, texts):
    """The differences as (mode, input, expected, got), nil where the library refuses the tokenizer."""
    reference, why = attempt(lambda: Tokenizer.from_str(json.dumps(definition)))
    with open(os.path.join(folder, "tokenizer.json"), "w") as file: json.dump(definition, file, ensure_ascii=maker.flag())
    if reference is not None and drop_undefined(definition, reference):
        return check(oven, folder, definition, maker, texts)
    if reference is None:
        answer, refused = run(oven, folder, ["a"])
        return "refused by both" if refused else f"refused by the library only: {why[:150]}", []
    reference.no_truncation(); reference.no_padding()
    cases = expected(reference, texts)
    differences = []
    for column, options in ((1, []), (2, ["--no-special"])):
        got, why = run(oven, folder, [c[0] for c in cases], *options)
        if got is None: return "", [("open", None, "opens", why)]
        differences += [("encode" + " ".join(options), c[0], c[column], g) for c, g in zip(cases, got) if c[column] != g]
    size = reference.get_vocab_size()
    ids = [c[1] for c in cases] + [[maker.r.randrange(size) for _ in range(maker.r.randint(1, 9))] for _ in range(30)]
    ids = [[i for i in line if reference.id_to_token(i) is not None] for line in ids]
    for skip, options in ((False, []), (True, ["--no-special"])):
        pairs = [(line, attempt(lambda: reference.decode(line, skip_special_tokens=skip))[0]) for line in ids]
        pairs = [p for p in pairs if p[1] is not None]
        got, why = run(oven, folder, [p[0] for p in pairs], "--decode", *options)
        if got is None: return "", differences + [("decode", None, "runs", why)]
        differences += [("decode" + " ".join(options), p[0], p[1], g) for p, g in zip(pairs, got) if p[1] != g]
    return "", differences


# Components that decide by the scalar; `--scalars` asks for every one of Unicode.
BY_SCALAR = (
    [{"normalizer": {"type": kind}} for kind in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel")]
    + [{"normalizer": {"type": "BertNormalizer", "clean_text": c, "handle_chinese_chars": h, "strip_accents": a, "lowercase": l}} for c, h, a, l in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))]
    + [{"pre_tokenizer": {"type": kind}} for kind in ("Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts")]
    + [{"pre_tokenizer": {"type": "Punctuation", "behavior": "Isolated"}}, {"pre_tokenizer": {"type": "Digits", "individual_digits": False}}]
    + [{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}} for regex in
       (r"\s", r"\w", r"[\w]", r"[\W]", r"\d", r"\h", r"\p{L}", r"\p{Lu}", r"\p{Ll}", r"\p{M}", r"\p{N}", r"\p{P}", r"\p{S}", r"\p{Z}", r"\p{C}", r"\p{Cn}", r"\p{Han}", r"[[:alnum:]]", r"[[:punct:]]", r"[[:space:]]", r"[[:word:]]", r"[[:print:]]", r"[[:graph:]]", r"[[:cntrl:]]",
        r"\p{Alphabetic}", r"\p{Emoji}", r"\p{Common}", r"\p{Latin}", r"\p{Hiragana}", r"\p{Uppercase}", r"(?i:[k-sµßΩ])", r"(?i:\p{Lu})", r"\b")]
)


def scalars(oven, folder, maker):
    """Compares every component on every scalar, some dozens in a text and then those of the texts that differ."""
    failed = 0
    points = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000]
    # A letter on either side; two marks in a row would be a matter of their order.
    texts = ["".join("a" + c for c in points[at : at + 48]) + "1" for at in range(0, len(points), 48)]
    for component in BY_SCALAR:
        definition = {"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None, "model": maker.model_spell(), **component}
        note, differences = check(oven, folder, definition, maker, texts)
        asked = sorted({c for d in differences if isinstance(d[1], str) for c in d[1][1:-1:2]} - {"a"})
        single, more = check(oven, folder, definition, maker, ["a" + c + "1" for c in asked]) if asked else ("", differences)
        wrong = sorted({d[1][1:-1] for d in more if isinstance(d[1], str)})
        print(json.dumps(component)[:160], note, len(differences), "texts,", len(wrong), "scalars:", " ".join(f"{ord(c):X}" for c in wrong[:60]))
        failed += bool(differences)
    return failed


def describe(definition):
    """The tokenizer without its vocabulary, for people."""
    shown = json.loads(json.dumps(definition))
    shown["model"]["vocab"], shown["model"]["merges"] = "...", len(definition["model"].get("merges", []))
    if shown["normalizer"]: shown["normalizer"] = json.loads(re.sub(r'("precompiled_charsmap": ")[^"]+', r"\1...", json.dumps(shown["normalizer"])))
    return json.dumps({k: v for k, v in shown.items() if v and k != "version"}, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oven")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--texts", type=int, default=40)
    parser.add_argument("--keep", help="keep the tokenizers that differ in this folder")
    parser.add_argument("--scalars", action="store_true", help="every component on every scalar instead, in some minutes")
    options = parser.parse_args()
    failed, notes, cases = 0, collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        if options.scalars: sys.exit(scalars(options.oven, folder, Maker(1)) > 0)
        for number in range(options.seed, options.seed + options.count):
            maker = Maker(number)
            definition = maker.tokenizer()
            texts = [maker.text() for _ in range(options.texts)]
            note, differences = check(options.oven, folder, definition, maker, texts)
            if note: notes[note] += 1
            cases += len(texts)
            if not differences: continue
            failed += 1
            mode, given, wanted, got = min(differences, key=lambda d: len(json.dumps(d[1])))
            print(f"seed {number}: {len(differences)} differ\n  {describe(definition)}\n  {mode} {json.dumps(given)}\n    expected {json.dumps(wanted)}\n    got      {json.dumps(got)}")
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                with open(os.path.join(options.keep, f"{number}.json"), "w") as file: json.dump({"tokenizer": definition, "differences": differences}, file)
    for note, count in notes.most_common(): print(f"{count} x {note}")
    print(f"{options.count} tokenizers, {cases} texts: {failed} tokenizers differ")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
