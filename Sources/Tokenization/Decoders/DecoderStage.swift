/// A part of a token's text on its way through the decoders.
package struct TokenChunk: Sendable {
  /// Whole characters.
  package var bytes: [UInt8]
  /// Whether the token ends here. Decoders care where tokens begin and end; a token may come in many parts.
  package var endsToken: Bool

  package init(_ bytes: [UInt8], endsToken: Bool) {
    self.bytes = bytes
    self.endsToken = endsToken
  }
}

/// A decoder at work: takes tokens in, and gives text out as soon as nothing that follows can change it.
///
/// Decoding a whole sequence is done by the same machine, so that the parts always add up to the whole.
protocol DecoderStage: Sendable {
  /// Takes a part of a token and appends what is certain.
  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk])
  /// Appends what was held back, because no token follows.
  mutating func finish(into output: inout [TokenChunk])
}

/// Puts the parts of a token together, for stages that need to see it whole.
struct TokenAssembler: Sendable {
  private var bytes: [UInt8] = []

  /// The whole token when `chunk` ends it.
  mutating func take(_ chunk: TokenChunk) -> [UInt8]? {
    if bytes.isEmpty, chunk.endsToken { return chunk.bytes }
    bytes += chunk.bytes
    guard chunk.endsToken else { return nil }
    defer { bytes = [] }
    return bytes
  }
}
