import Testing
import Text

@Suite("Unicode")
struct UnicodeTests {
  @Test func properties() {
    #expect(UnicodeTables.isLetter("é") && !UnicodeTables.isLetter("1"))
    #expect(UnicodeTables.isNumber("½") && UnicodeTables.isNumber("7"))
    #expect(UnicodeTables.isWhitespace("\u{3000}") && !UnicodeTables.isWhitespace("\u{200B}"))
    #expect(UnicodeTables.isPunctuation("«") && !UnicodeTables.isPunctuation("$"))
    #expect(UnicodeTables.isSymbol("$") && UnicodeTables.isMark("\u{301}"))
    #expect(UnicodeTables.generalCategory("A") == .uppercaseLetter)
    #expect(UnicodeTables.script("漢") == "Han" && UnicodeTables.script(" ") == "Common")
  }

  /// The standard library's categories, for scalars that no version of Unicode has moved: letters of ASCII to Greek.
  @Test func categoriesAreThoseOfTheStandardLibrary() {
    for value in UInt32(0x20)..<0x370 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let isLetter = [
        .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      ].contains(scalar.properties.generalCategory)
      #expect(UnicodeTables.isLetter(scalar) == isLetter, "U+\(String(value, radix: 16))")
    }
  }

  @Test func caseVariantsAreFoundBothWays() {
    for (small, capital) in [("k", "\u{212A}"), ("s", "\u{17F}"), ("ß", "\u{1E9E}")]
      as [(Unicode.Scalar, Unicode.Scalar)]
    {
      #expect(ScalarSet(small.value).withCaseVariants().contains(capital))
      #expect(ScalarSet(capital.value).withCaseVariants().contains(small))
    }
  }

  /// Unicode's own examples of the four forms (UAX 15, figures 3 and 6).
  @Test func normalForms() {
    func form(_ form: UnicodeForm, _ text: String) -> [UInt32] {
      Array(text.utf8).withUnsafeBufferPointer { form.scalars(of: $0).map(\.scalar.value) }
    }
    #expect(form(.nfd, "\u{212B}") == [0x41, 0x30A])
    #expect(form(.nfc, "\u{212B}") == [0xC5])
    #expect(form(.nfc, "\u{1E9B}\u{323}") == [0x1E9B, 0x323])
    #expect(form(.nfd, "\u{1E9B}\u{323}") == [0x17F, 0x323, 0x307])
    #expect(form(.nfkc, "\u{1E9B}\u{323}") == [0x1E69])
    #expect(form(.nfkd, "\u{FB01}") == [0x66, 0x69])
    #expect(form(.nfc, "\u{1112}\u{1161}\u{11AB}") == [0xD55C])
  }
}
