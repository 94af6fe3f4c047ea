/// Sets of scalars as the reference understands them, which knows an older Unicode than Swift does.
package enum ScalarCategories {
  /// What `StripAccents` removes.
  package static let marks = ScalarSet(packed: CategoryData.marks)
  /// What `BertNormalizer` removes as accents.
  package static let nonspacingMarks = ScalarSet(packed: CategoryData.nonspacingMarks)
  /// What `BertNormalizer` removes as control characters.
  package static let controls = ScalarSet(packed: CategoryData.controls)
  /// What `Punctuation` and `BertPreTokenizer` split at: Unicode's punctuation and the symbols of ASCII.
  package static let punctuation = ScalarSet(packed: CategoryData.punctuation)

  /// What counts as part of a word in `Whitespace` and around single-word tokens: `\w` of UTS 18, which has the two
  /// joiners too, and not the superscripts that Oniguruma adds.
  package static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? UnicodeTables.isWord(scalar) : words.contains(scalar)
  }
  private static let words = ScalarSet(packed: CategoryData.words)

  /// What `UnicodeScripts` has no script for.
  package static let scriptless = ScalarSet(packed: CategoryData.scriptless)
}
