import Patterns

/// Sets of scalars as the reference understands them, which knows an older Unicode than Swift does.
enum ScalarCategories {
  /// What `StripAccents` removes.
  static let marks = ScalarRanges(CategoryData.marks)
  /// What `BertNormalizer` removes as accents.
  static let nonspacingMarks = ScalarRanges(CategoryData.nonspacingMarks)
  /// What `BertNormalizer` removes as control characters.
  static let controls = ScalarRanges(CategoryData.controls)
  /// What `Punctuation` and `BertPreTokenizer` split at: Unicode's punctuation and the symbols of ASCII.
  static let punctuation = ScalarRanges(CategoryData.punctuation)

  /// What counts as part of a word in `Whitespace` and around single-word tokens: `\w` of UTS 18, which has the two
  /// joiners too, and not the superscripts that Oniguruma adds.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? UnicodeTables.isWord(scalar) : words.contains(scalar)
  }
  private static let words = ScalarRanges(CategoryData.words)

  /// What `UnicodeScripts` has no script for.
  static let scriptless = ScalarRanges(CategoryData.scriptless)
}

/// A set of scalars kept as sorted ranges.
struct ScalarRanges: Sendable {
  private var starts: [UInt32] = []
  private var ends: [UInt32] = []

  init(_ packed: StaticString) {
    var numbers = PackedNumbers(packed)
    var position = 0
    while let distance = numbers.next(), let length = numbers.next() {
      position += distance
      starts.append(UInt32(position))
      position += length
      ends.append(UInt32(position))
    }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] <= scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < starts.count && starts[low] <= scalar.value
  }
}
