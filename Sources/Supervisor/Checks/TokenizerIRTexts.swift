/// The texts on which the tokenizer models of a bake are tried: what users and programs write, in many scripts, and
/// what tokenizers stumble over.
package enum TokenizerIRTexts {
  /// Some hundred texts: each sentence below as it is and in the company of white space, and the odd ones.
  package static let common: [String] =
    sentences.flatMap { [$0, " " + $0, $0 + " \n", "\n\n  " + $0 + $0] } + odd

  /// Texts with a model's own special tokens: alone, in a sentence, between spaces, and two in a row.
  package static func around(_ tokens: [String]) -> [String] {
    tokens.flatMap { [$0, "a\($0)b", "Hello \($0) world", "\n\($0)\($0) x"] }
  }

  private static let sentences = [
    "Hello, world!", "What is the capital of France?", "It's what they've said: I'll go, don't you?",
    "THE LOUD ONE'S HERE, ISN'T IT", "In 2024, 1,234,567 people paid $3.50 (or 3,20 €) at 10:45.",
    "def f(x):\n    return x ** 2 if x > 0 else None  # done\n",
    "for (int i = 0; i < n; ++i) { a[i] += b[i]; }",
    "{\"key\": [1, 2.5e-3, true, null], \"other\": \"va\\\"lue\"}", "<p class=\"a\">x &amp; y</p><!-- z -->",
    "https://example.org/path?q=a%20b&x=1#top", "user@example.org wrote: foo_bar-baz/quux.txt",
    "Zürich, Größe, façade, naïve, Łódź, İstanbul, ǅ ß ẞ", "Cafe\u{301} n\u{303} o\u{308} e\u{323}\u{307}",
    "Съешь ещё этих мягких французских булок.", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία ΣΊΣΥΦΟΣ.",
    "مرحبا بالعالم، كيف حالك؟ ١٢٣", "שלום עולם, מה שלומך? שָׁלוֹם", "हिन्दी में एक वाक्य और ०१२।", "தமிழ் மொழி, বাংলা ভাষা",
    "ภาษาไทยไม่มีช่องว่าง", "日本語のテキスト、カタカナとひらがな。", "中文字符和標點，沒有空格。", "한국어 문장입니다. 각",
    "Tiếng Việt có nhiều dấu thanh.", "ქართული ენა, Հայերեն լեզու", "ⅧⅨ ½ ² ①② ㈠ ﬁ ﬂ ＦＵＬＬ ｗｉｄｔｈ ㎏ №",
    "😀 👍🏽 👨‍👩‍👧‍👦 🇫🇷 ❤️ 1️⃣", "∑ᵢ xᵢ² ≤ ∫ f(x) dx → ∞ ⊂ ℝ", "— “quoted” ‘text’ … «ici» „da“ · • ‰",
    "a\u{200B}b\u{200D}c\u{FEFF}d\u{AD}e\u{A0}f\u{3000}g\u{2028}h\u{85}i",
  ]

  private static let odd: [String] = [
    "", " ", "  ", "   ", "\n", "\n\n", " \n ", "\t", "\t\t x", "\r\n", "a\r\nb\rc", "a", "A", "1", ".", "é",
    "e\u{301}",
    "12345678901234567890", "1 2 3  4   5    6", "a b  c   d    e     f", "x\n\n\ny\n \n z",
    "    indented\n\tmore\n",
    "...", "!!!???", "----------", "==", "((((((", "'s 't 're 've 'm 'll 'd 'S 'LL", "a'b c''d",
    "word " + "word ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ababababababababab", "Ａ", "\u{0}", "a\u{0}b", "\u{7}\u{1B}[0m\u{7F}",
    "\u{FFFD}", "\u{E000}\u{F8FF}", "\u{10FFFF}", "\u{1D400}\u{1D7D8}", "\u{301}", "a\u{301}\u{316}\u{323}",
    "한글",
    "\u{1112}\u{1161}\u{11AB}", "▁a▁▁b ▁", "Ġ Ċ â", "<0x0A>", "<unk> [UNK] </s> [MASK]", "##ing ing",
    "0x1F 1e-9 .5 5.",
    "CamelCaseWordsAndACRONYMS", "snake_case_words", "mixed漢字andアルファベット", "3.14.15,92", "١٢٣٤٥", "👩‍❤️‍💋‍👩👩🏿‍🚀", "🇩🇪🇫",
    "ﷺ ﻼ", "ÅÅÅ ΩΩ", "ǆ Ǆ ǅ ŉ", "a,b,c;d:e|f\\g/h", "C++ C# F# .NET", "$x = @y[%z] ^ ~w & `v`;", "ok?!\"' ok",
  ]
}
