"""Writes Sources/Patterns/UnicodeData.swift: what Oniguruma, as HF tokenizers ships it, takes each code point for.

pip install tokenizers==0.22.2; python unicode_tables.py ../../../Sources/Patterns/UnicodeData.swift
Every table is probed through `tokenizers.Regex`, so that it has that engine's Unicode version.
"""
import sys
import unicodedata
from tokenizers import Regex
from tokenizers.pre_tokenizers import Split

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
EVERY = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def members(regex):
    """The code points that `regex` (one character) matches; None when the engine refuses it."""
    try:
        split = Split(Regex(f"(?:{regex})+"), "removed", invert=True)
    except Exception:
        return None
    found = []
    for at in range(0, len(EVERY), 4096):
        part = EVERY[at : at + 4096]
        text = "".join(map(chr, part))
        for _, (begin, end) in split.pre_tokenize_str(text):
            found.extend(part[begin:end])
    return found


def ranges(points):
    out = []
    for point in points:
        if out and out[-1][1] == point - 1:
            out[-1][1] = point
        else:
            out.append([point, point])
    return out


def digits(number):
    """Little-endian groups of five bits, each one printable byte from '0' up; bit 5 says that more follow."""
    out = ""
    while True:
        group, number = number & 31, number >> 5
        out += chr(48 + group + (32 if number else 0))
        if not number:
            return out


def encode(numbers):
    return "".join(map(digits, numbers))


def literal(name, doc, text):
    lines = [text[i : i + 100] for i in range(0, len(text), 100)]
    body = "\n".join("    " + line for line in lines)
    return f'  /// {doc}\n  static let {name}: StaticString = #"""\n{body}\n    """#\n'


def runs(table):
    out, last, start = [], table[0], 0
    for at in range(1, len(table) + 1):
        if at == len(table) or table[at] != last:
            out += [at - start, last]
            if at < len(table):
                last, start = table[at], at
    return out


def main():
    general = [0] * 0x110000
    for at in range(0xD800, 0xE000):
        general[at] = CATEGORIES.index("Cs")
    for number, name in enumerate(CATEGORIES):
        for point in members(r"\p{%s}" % name) or []:
            general[point] = number
    script, names = [0] * 0x110000, ["Unknown"]
    for name in SCRIPTS:
        points = members(r"\p{%s}" % name)
        if points is None:
            print("no script", name)
            continue
        names.append(name)
        for point in points:
            script[point] = len(names) - 1
    properties = []
    # Oniguruma's POSIX brackets differ from its properties in these two; [\W] follows [:word:] too.
    probes = [(name, r"\p{%s}" % name) for name in PROPERTIES]
    probes += [("Posix_Punct", "[[:punct:]]"), ("Posix_Word", "[[:word:]]")]
    for name, regex in probes:
        points = members(regex)
        if points is None:
            print("no property", name)
            continue
        deltas, last = [], 0
        for low, high in ranges(points):
            deltas += [low - last, high - low]
            last = high
        properties.append((name, encode(deltas)))
    folds, last = [], 0
    for point in EVERY:
        fold = chr(point).casefold()
        if len(fold) != 1:
            fold = chr(point).lower()
        if len(fold) == 1 and ord(fold) != point:
            step = ord(fold) - point
            folds += [point - last, (step << 1) if step > 0 else ((-step << 1) | 1)]
            last = point
    with open(sys.argv[1], "w") as out:
        print("// Generated by Tests/Fixtures/patterns/unicode_tables.py; do not edit.", file=out)
        print("// Numbers are little-endian groups of five bits, one byte from '0' up; bit 5 means more follow.", file=out)
        print("// swift-format-ignore-file\n", file=out)
        print("enum UnicodeData {", file=out)
        print(literal("generalCategories", "Pairs (run length, general category).", encode(runs(general))), file=out)
        print(literal("scripts", "Pairs (run length, index into `scriptNames`).", encode(runs(script))), file=out)
        print(literal("folds", "Pairs (distance from the last code point, signed step to its fold; bit 0 is the sign).",
                      encode(folds)), file=out)
        print(literal("scriptNames", "Script names, in the order of their indices.",
                      " ".join(names)).replace("\n    ", "\n    "), file=out)
        print("  /// Binary properties: pairs (distance from the last range's end, length - 1).", file=out)
        print("  static let properties: [(name: StaticString, ranges: StaticString)] = [", file=out)
        for name, text in properties:
            lines = "\n".join("      " + text[i : i + 100] for i in range(0, len(text), 100))
            print(f'    ("{name}", #"""\n{lines}\n      """#),', file=out)
        print("  ]\n}", file=out)
    print(len(names), "scripts;", len(properties), "properties; unicode of Python", unicodedata.unidata_version)


main()
