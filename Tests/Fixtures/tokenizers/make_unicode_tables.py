"""Write Sources/Tokenization/Normalizers/*Data.swift: the Unicode data of tokenizers 0.22, asked of itself.

Models were trained with these normalizers, so that their Unicode version counts, not the newest. Needs
`pip install tokenizers==0.22.2`; run it from the root of the repository.
"""
import unicodedata

from tokenizers import normalizers, pre_tokenizers

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
FOLDER = "Sources/Tokenization/Normalizers/"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)
NFC, NFD, NFKD = (n.normalize_str for n in (normalizers.NFC(), normalizers.NFD(), normalizers.NFKD()))


def varint(number):
    """Five bits a digit, the lowest first; digits from 32 on say that more follow."""
    text = ""
    while number >= 32:
        text += DIGITS[32 + number % 32]
        number //= 32
    return text + DIGITS[number]


def signed(number):
    return varint(2 * number if number >= 0 else -2 * number - 1)


def decompositions(table):
    text, key, scalar = "", 0, 0
    for c, sequence in table:
        text += varint(c - key) + varint(len(sequence))
        key, scalar = c, c
        for s in map(ord, sequence):
            text += signed(s - scalar)
            scalar = s
    return text


def ranges(members):
    text, at = "", 0
    members = sorted(members)
    while members:
        n = 1
        while n < len(members) and members[n] == members[0] + n:
            n += 1
        text += varint(members[0] - at) + varint(n)
        at, members = members[0] + n, members[n:]
    return text


def combining_classes():
    known = [c for c in SCALARS if unicodedata.combining(chr(c)) and len(NFD(chr(c))) == 1 and ord(NFD(chr(c))) == c]
    text, at = "", 0
    for c in known:
        k = unicodedata.combining(chr(c))
        # A mark that the reference knows changes places with a mark of another class.
        moves = NFD("a" + chr(c) + "\u0334") != "a" + chr(c) + "\u0334" or NFD("a\u0345" + chr(c)) != "a\u0345" + chr(c)
        if moves or c in (0x334, 0x345):
            text += varint(c - at) + varint(k)
            at = c
    return text


def compositions():
    text, key = "", 0
    for c in SCALARS:
        parts = unicodedata.decomposition(chr(c)).split()
        if c in HANGUL or len(parts) != 2 or parts[0].startswith("<"):
            continue
        a, b = (int(p, 16) for p in parts)
        if NFC(chr(a) + chr(b)) == chr(c):
            text += varint(c - key) + signed(a - c) + signed(b - 0x300)
            key = c
    return text


def removed_by(normalizer):
    return [c for c in SCALARS if normalizer.normalize_str("a" + chr(c)) == "a"]


def bert(**flags):
    everything = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**everything, **flags})


def write(name, doc, members):
    with open(FOLDER + name + ".swift", "w") as f:
        f.write("// Written by Tests/Fixtures/tokenizers/make_unicode_tables.py.\n\n")
        f.write(f"/// {doc}\nenum {name} {{\n")
        for i, (member, comment, text) in enumerate(members):
            f.write("\n" * (i > 0) + f"  /// {comment}\n  static let {member}: StaticString = \"\"\"\n")
            lines = ["    " + text[at : at + 105] for at in range(0, len(text), 105)]
            f.write("\\\n".join(lines) + '\n    """\n')
        f.write("}\n")


def main():
    write("CanonicalData", "Canonical decompositions, compositions and combining classes; see `PackedNumbers`.", [
        ("decompositions", "Distance of the scalar, length, distances of the scalars it becomes.",
         decompositions([(c, NFD(chr(c))) for c in SCALARS if c not in HANGUL and NFD(chr(c)) != chr(c)])),
        ("compositions", "Distance of the scalar, the first part from it, the second from U+0300.", compositions()),
        ("combiningClasses", "Distance of the scalar, class.", combining_classes()),
    ])
    write("CompatibilityData", "Decompositions that are not canonical; see `PackedNumbers`.", [
        ("decompositions", "Distance of the scalar, length, distances of the scalars it becomes.",
         decompositions([(c, NFKD(chr(c))) for c in SCALARS if c not in HANGUL and NFKD(chr(c)) != NFD(chr(c))])),
    ])
    split = pre_tokenizers.Punctuation().pre_tokenize_str
    words = pre_tokenizers.Whitespace().pre_tokenize_str
    scripts = pre_tokenizers.UnicodeScripts().pre_tokenize_str
    write("CategoryData", "Sets of scalars, as distances and lengths of ranges; see `PackedNumbers`.", [
        ("marks", "What StripAccents removes.", ranges(removed_by(normalizers.StripAccents()))),
        ("nonspacingMarks", "What BertNormalizer removes as accents.", ranges(removed_by(bert(strip_accents=True)))),
        ("controls", "What BertNormalizer removes as control characters.", ranges(removed_by(bert(clean_text=True)))),
        ("punctuation", "What Punctuation and BertPreTokenizer split at.",
         ranges([c for c in SCALARS if len(split("a" + chr(c))) == 2])),
        ("words", "What Whitespace, and added tokens that are single words, take for a part of a word.",
         ranges([c for c in SCALARS if words("a" + chr(c))[0][0] == "a" + chr(c)])),
        ("scriptless", "What UnicodeScripts, which knows Unicode 9, has no script for.",
         ranges([c for c in SCALARS if len(scripts("a" + chr(c))) == 1 and len(scripts("1" + chr(c))) == 1])),
    ])


main()
