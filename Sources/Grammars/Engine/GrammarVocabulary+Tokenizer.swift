import Text
import Tokenization

extension GrammarVocabulary {
  /// The vocabulary of a tokenizer: what bytes each token adds to a text that has begun.
  package init(_ tokenizer: Tokenizer) {
    let count = tokenizer.vocabularySize
    let special = tokenizer.specialTokenIDs
    let texts = (0..<count).map { tokenizer.token(of: $0) }
    // A byte-level vocabulary writes a blank as U+0120; others write it as U+2581 and single bytes as `<0x20>`.
    let isByteLevel = texts.contains { $0?.unicodeScalars.first?.value == 0x120 }
    self.init(
      texts.enumerated().map { id, text in
        guard let text, !text.isEmpty else { return .unused }
        if special.contains(id) { return .special(text) }
        return .bytes(isByteLevel ? Self.byteLevel(text) : Self.metaspace(text))
      })
  }

  /// The bytes of a token whose characters stand for bytes. Added tokens are written as they are.
  private static func byteLevel(_ text: String) -> [UInt8] {
    let written = Array(text.utf8)
    var bytes: [UInt8] = []
    return written.withUnsafeBufferPointer { ByteAlphabet.decode($0, into: &bytes) } ? bytes : written
  }

  private static func metaspace(_ text: String) -> [UInt8] {
    if text.utf8.count == 6, text.hasPrefix("<0x"), text.hasSuffix(">"),
      let byte = UInt8(text.dropFirst(3).dropLast(), radix: 16)
    {
      return [byte]
    }
    return Array(text.replacing("\u{2581}", with: " ").utf8)
  }
}
