/// `WordPiece` as a decoder: a space before every token that does not continue a word.
package struct WordPieceDecoder: Sendable {
  /// Marks the tokens that continue a word.
  package var prefix: String
  /// Take away the spaces before English punctuation and contractions.
  package var cleansUp: Bool

  init(_ component: ComponentJSON) throws(TokenizerError) {
    prefix = try component.string("prefix")
    cleansUp = try component.bool("cleanup")
  }

  /// The text of a token that is not the first.
  package func inner(_ token: [UInt8]) -> [UInt8] {
    let text = token.starts(with: prefix.utf8) ? Array(token.dropFirst(prefix.utf8.count)) : [0x20] + token
    return cleansUp ? EnglishCleanup.apply(text) : text
  }

  struct Stage: DecoderStage {
    private let decoder: WordPieceDecoder
    private var assembler = TokenAssembler()
    private var isFirst = true

    init(_ decoder: WordPieceDecoder) {
      self.decoder = decoder
    }

    mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
      guard var token = assembler.take(chunk) else { return }
      if isFirst {
        if decoder.cleansUp { token = EnglishCleanup.apply(token) }
      } else {
        token = decoder.inner(token)
      }
      isFirst = false
      output.append(TokenChunk(token, endsToken: true))
    }

    mutating func finish(into output: inout [TokenChunk]) {}
  }
}

/// The clean-up that BERT's decoder and CTC share, done token by token.
package enum EnglishCleanup {
  private static let rules: [(from: [UInt8], to: [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  static func apply(_ token: [UInt8]) -> [UInt8] {
    guard token.contains(UInt8(ascii: " ")) else { return token }
    return rules.reduce(token) { replace($1.from, with: $1.to, in: $0) }
  }

  /// Replaces every occurrence of `pattern`, from left to right.
  package static func replace(_ pattern: [UInt8], with replacement: [UInt8], in text: [UInt8]) -> [UInt8] {
    guard !pattern.isEmpty, text.count >= pattern.count else { return text }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      if text[index] == pattern[0], text[index...].starts(with: pattern) {
        result += replacement
        index += pattern.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }
}
