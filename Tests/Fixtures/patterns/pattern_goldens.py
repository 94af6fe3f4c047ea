"""Writes goldens.jsonl: what HF tokenizers' Oniguruma matches, for a pattern a line.

pip install tokenizers==0.22.2; python pattern_goldens.py > goldens.jsonl
Matches are byte ranges; empty ones are left out (Split does not tell of them).
"""
import json
import random
from tokenizers import Regex
from tokenizers.pre_tokenizers import Split

KNOWN = json.load(open("known_patterns.json"))
FEATURES = [
    r"\s", r"\S+", r"\d+", r"\w+", r"\W+", r"\h+", r"^a|b$", r"a.", r"(?m:a.)", r"\x{61}\u0062", r"\p{Han}+",
    r"\p{^L}+", r"\P{L}+", r"(?<=a|bc)x", r"(?<!a)b", r"(?<=a+)b", r"[a-z&&[^aeiou]]+", r"(?i)s|k", r"(?i:é)+",
    r"(?<n>[ab])\k<n>", r"(a|b)\1", r"\R", r"\p{L}++.", r"[[:alpha:]]+", r"[[:^space:]]+", r"[[:punct:]]", r"a{2}?",
    r"a{,2}", r"a{,}", r"{", r"(?x: a b )", r"\b\w+\b", r"x*", r"\s+$", r"^\s+", r"[^\W_]+", r"[]a]", r"a{3,1}",
    r"(?>a+|ab)b", r"(?:a|ab)(?:c|bcd)", r"a*?b", r"a+?", r"(?:a?)*b", r"(?:a*)*b", r"(?:a|b|ab)*bc", r"\A.|.\z",
    r"(?!a)\w", r"(?=\s)\s+(?=\S)", r" {2,}", r"\p{Lu}\p{Ll}*", r"(?i:[a-c]+)", r"(?-i:a)B", r"[\p{P}\p{S}]+",
    r"[^\p{L}\p{N}\s]", r"\p{Alnum}+", r"\p{Cyrillic}+|\p{Greek}+|\p{Thai}+", r"\p{Emoji_Presentation}+", r"\n",
    r"a(?i)B|c", r"(?:(?:a)|b)+?c", r"(?:\s|\d){2,3}", r"(?:ab){1,2}", r"[0-9]", r"[\-a]+|\.", r"[a-c-e]+", r"é",
    r"\p{Nd}{1,3}+", r"(?<![\w'])\d", r"(?:a(?!b)|b)+", r"(?<=\s)(?:[a-z]+)(?=\s)", r"\Z", r"\B.", r"\t|\\",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)", r"[\p{L}&&\p{Latin}]+", r"[^a&&b]+", r"(?:[ab]|c)*?c", r"\p{M}", r".*\S",
]
PIECES = (
    ["a", "b", "c", "d", "x", "ab", "abc", "hello", "World", "HTTPServer", "don't", "I'LL", "it'ſ", "'s", "'RE", "k",
     "K", "\u212a", "ß", "SS", " ", "  ", "    ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u3000", "\u2028", "\x85",
     "\x1c", "1", "12", "1234567", "٣", "Ⅷ", "½", ".", ",", "!?", "...", "'", "/", "_", "-", "€", "$", "\\", "<|x|>",
     "é", "e\u0301", "\u0301", "Ǆ", "ǅ", "ʰ", "漢字", "ひらがな", "カタカナ", "ー", "한국어", "Привет", "ελληνικά",
     "العربية", "हिन्दी", "ไทย", "😀", "👨‍👩‍👧", "\u200b", "\u200d", "\ufeff", "\ufffd", "\x00", "\x7f", "𝒳", "𐐀",
     "߀ߊ", "\u0e33", "①", "«»", "一龥", "～", "Ａ", "ªº", "\u00ad"]
)


def texts(rng, count, most):
    fixed = ["aab ab abab aaab", "xax bcx cx aax", "a\nab\nb\n", "The quick brown fox's 1234 jumps.\n\n  Over it  "]
    made = ["".join(rng.choice(PIECES) for _ in range(rng.randint(1, most))) for _ in range(count)]
    return fixed + made


def main():
    rng = random.Random(5)
    jobs = [(regex, 60, 30) for regex in KNOWN] + [(regex, 12, 16) for regex in FEATURES]
    for regex, count, most in jobs:
        split = Split(Regex(regex), "removed", invert=True)
        cases = []
        for text in texts(rng, count, most):
            offsets = [0]
            for char in text:
                offsets.append(offsets[-1] + len(char.encode()))
            found = [[offsets[b], offsets[e]] for _, (b, e) in split.pre_tokenize_str(text)]
            cases.append([text, found])
        print(json.dumps({"regex": regex, "cases": cases}, ensure_ascii=False, separators=(",", ":")))


main()
