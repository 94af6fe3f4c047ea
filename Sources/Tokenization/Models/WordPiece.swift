import Text

/// BERT's model: the longest token that a word begins with, then the longest that the rest begins with.
package struct WordPiece: Sendable {
  package let vocabulary: Vocabulary
  package let unknownToken: String
  /// Begins every token but the first of a word.
  package let continuingPrefix: String
  /// Longer words are unknown.
  package let maximumCharacters: Int
  private let unknown: UInt32?

  init(_ component: ComponentJSON, _ tables: ModelTables) throws(TokenizerError) {
    vocabulary = try tables.vocabulary()
    unknownToken = try component.string("unk_token")
    continuingPrefix = try component.string("continuing_subword_prefix")
    maximumCharacters = try component.integer("max_input_chars_per_word")
    unknown = vocabulary.id(of: unknownToken.utf8).map(UInt32.init)
  }

  /// Appends the tokens of a word; a word that has none at some place is unknown as a whole.
  func encode(_ word: UnsafeBufferPointer<UInt8>, into sink: inout TokenSink) {
    var characters = 0
    for byte in word where byte & 0xC0 != 0x80 { characters += 1 }
    guard characters <= maximumCharacters, let tokens = tokens(of: word) else {
      if let unknown { sink.append(unknown, length: word.count) }
      return
    }
    for (id, length) in tokens { sink.append(id, length: length) }
  }

  private func tokens(of word: UnsafeBufferPointer<UInt8>) -> [(id: UInt32, length: Int)]? {
    var tokens: [(id: UInt32, length: Int)] = []
    var buffer = Array(continuingPrefix.utf8)
    let prefix = buffer.count
    var start = 0
    while start < word.count {
      let longest = min(word.count, start + vocabulary.longestToken)
      buffer.removeLast(buffer.count - prefix)
      buffer.append(contentsOf: word[start..<longest])
      let skipped = start == 0 ? prefix : 0
      let found = buffer.withUnsafeBufferPointer { buffer -> (id: UInt32, length: Int)? in
        var end = longest
        while end > start {
          if let id = vocabulary.id(of: buffer.slice(skipped..<prefix + end - start)) {
            return (UInt32(id), end - start)
          }
          repeat { end -= 1 } while end > start && word[end] & 0xC0 == 0x80
        }
        return nil
      }
      guard let found else { return nil }
      tokens.append(found)
      start += found.length
    }
    return tokens
  }
}
