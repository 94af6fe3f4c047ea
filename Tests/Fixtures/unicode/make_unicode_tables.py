"""Writes the tables of Sources/Text/Unicode/Data: what HF tokenizers takes each scalar for, asked of itself.

Models were trained with these patterns and normalizers, so that the Unicode version of each of them counts, and not
the newest. Run it from the root of the repository, with Python 3.11 (Unicode 14):
pip install tokenizers==0.22.2; python Tests/Fixtures/unicode/make_unicode_tables.py
"""
import unicodedata

from tokenizers import Regex, normalizers, pre_tokenizers
from tokenizers.pre_tokenizers import Split

FOLDER = "Sources/Text/Unicode/Data/"
CATEGORIES = "Cn Cc Cf Cs Co Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split()
PROPERTIES = """Alphabetic Lowercase Uppercase White_Space Emoji Emoji_Presentation Emoji_Modifier
Emoji_Modifier_Base Emoji_Component Extended_Pictographic Ideographic ID_Start ID_Continue XID_Start
XID_Continue Math Dash Hex_Digit Default_Ignorable_Code_Point Cased Case_Ignorable Diacritic Extender
Grapheme_Extend Unified_Ideograph Variation_Selector Quotation_Mark Noncharacter_Code_Point
Alnum Alpha Blank Cntrl Digit Graph Lower Print Punct Space Upper XDigit Word""".split()
SCRIPTS = """Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali
Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham
Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra
Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay Georgian Glagolitic Gothic Grantha Greek Gujarati
Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic
Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi Kayah_Li
Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin Lepcha Limbu Linear_A Linear_B Lisu
Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek
Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean
Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal Old_Hungarian
Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya
Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan
Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese Sunuwar
Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai
Tibetan Tifinagh Tirhuta Todhri Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi
Zanabazar_Square""".split()
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)
NFC, NFD, NFKD = (n.normalize_str for n in (normalizers.NFC(), normalizers.NFD(), normalizers.NFKD()))


# The one way in which all tables are packed; Sources/Text/Unicode/PackedNumbers.swift reads it.


def packed(number):
    """Groups of five bits, the lowest first, each one printable byte from '0' up; bit 5 says that more follow."""
    text = ""
    while number >= 32:
        text += chr(48 + 32 + number % 32)
        number //= 32
    return text + chr(48 + number)


def signed(number):
    return packed(2 * number if number >= 0 else -2 * number - 1)


def ranges(members):
    """Distance from the end of the last range, length."""
    text, end, start = "", 0, None
    members = sorted(members)
    for at, point in enumerate(members):
        start = point if start is None else start
        if at + 1 == len(members) or members[at + 1] != point + 1:
            text += packed(start - end) + packed(point + 1 - start)
            end, start = point + 1, None
    return text


def runs(values):
    """Length of the run, its value."""
    text, start = "", 0
    for at in range(1, len(values) + 1):
        if at == len(values) or values[at] != values[start]:
            text += packed(at - start) + packed(values[start])
            start = at
    return text


# What Oniguruma, which runs their patterns, takes each scalar for.


def matched(regex):
    """The scalars that `regex` (one character) matches; None where the engine refuses it."""
    try:
        split = Split(Regex(f"(?:{regex})+"), "removed", invert=True)
    except Exception:
        return None
    found = []
    for at in range(0, len(SCALARS), 4096):
        part = SCALARS[at : at + 4096]
        for _, (begin, end) in split.pre_tokenize_str("".join(map(chr, part))):
            found.extend(part[begin:end])
    return found


def general_categories():
    table = [0] * 0x110000
    for number, name in enumerate(CATEGORIES):
        for point in matched(r"\p{%s}" % name) or []:
            table[point] = number
    table[0xD800:0xE000] = [CATEGORIES.index("Cs")] * 0x800
    return runs(table)


def scripts():
    table, names = [0] * 0x110000, ["Unknown"]
    for name in SCRIPTS:
        points = matched(r"\p{%s}" % name)
        if points is None:
            print("no script", name)
            continue
        names.append(name)
        for point in points:
            table[point] = len(names) - 1
    return runs(table), " ".join(names)


def properties():
    # Oniguruma's POSIX brackets differ from its properties in these two; [\W] follows [:word:] too.
    probes = [(name, r"\p{%s}" % name) for name in PROPERTIES]
    probes += [("Posix_Punct", "[[:punct:]]"), ("Posix_Word", "[[:word:]]")]
    for name, regex in probes:
        points = matched(regex)
        if points is None:
            print("no property", name)
        else:
            yield name, ranges(points)


def folds():
    text, last = "", 0
    for point in SCALARS:
        fold = chr(point).casefold()
        if len(fold) != 1:
            fold = chr(point).lower()
        if len(fold) == 1 and ord(fold) != point:
            text += packed(point - last) + signed(ord(fold) - point)
            last = point
    return text


# What its normalizers and pre-tokenizers take each scalar for.


def decompositions(table):
    text, key = "", 0
    for c, sequence in table:
        text += packed(c - key) + packed(len(sequence))
        key, scalar = c, c
        for s in map(ord, sequence):
            text += signed(s - scalar)
            scalar = s
    return text


def combining_classes():
    text, at = "", 0
    for c in SCALARS:
        k = unicodedata.combining(chr(c))
        if not k or NFD(chr(c)) != chr(c):
            continue
        # A mark that the reference knows changes places with a mark of another class.
        moves = NFD("a" + chr(c) + "\u0334") != "a" + chr(c) + "\u0334" or NFD("a\u0345" + chr(c)) != "a\u0345" + chr(c)
        if moves or c in (0x334, 0x345):
            text += packed(c - at) + packed(k)
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
            text += packed(c - key) + signed(a - c) + signed(b - 0x300)
            key = c
    return text


def removed_by(normalizer):
    return [c for c in SCALARS if normalizer.normalize_str("a" + chr(c)) == "a"]


def bert(**flags):
    everything = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**everything, **flags})


# Writing.


def literal(text, indent):
    lines = [text[at : at + 100] for at in range(0, len(text), 100)]
    return '#"""\n' + "".join(f"{indent}{line}\n" for line in lines) + f'{indent}"""#'


def write(name, doc, members, more=""):
    with open(FOLDER + name + ".swift", "w") as f:
        f.write("// Written by Tests/Fixtures/unicode/make_unicode_tables.py.\n// swift-format-ignore-file\n\n")
        f.write(f"/// {doc}\nenum {name} {{\n")
        for at, (member, comment, text) in enumerate(members):
            f.write("\n" * (at > 0) + f"  /// {comment}\n  static let {member}: StaticString = {literal(text, '    ')}\n")
        f.write(more + "}\n")


def write_oniguruma():
    script_runs, names = scripts()
    sets = "".join(f'    ("{name}", {literal(text, "      ")}),\n' for name, text in properties())
    write("UnicodeData", "Oniguruma's Unicode; see `PackedNumbers`.", [
        ("generalCategories", "Length of the run, its general category.", general_categories()),
        ("scripts", "Length of the run, its index in `scriptNames`.", script_runs),
        ("folds", "Distance of the scalar, of its fold from it.", folds()),
        ("scriptNames", "Script names, in the order of their indices.", names),
    ], "\n  /// Binary properties, as distances and lengths of ranges.\n"
       f"  static let properties: [(name: StaticString, ranges: StaticString)] = [\n{sets}  ]\n")


def write_normalizers():
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


def write_sets():
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


write_oniguruma()
write_normalizers()
write_sets()
