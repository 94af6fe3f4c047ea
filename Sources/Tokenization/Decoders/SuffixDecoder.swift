/// `BPEDecoder`: the mark at the end of a word becomes a space, and nothing in the last token.
struct SuffixStage: DecoderStage {
  private let suffix: [UInt8]
  private var assembler = TokenAssembler()
  /// The token before, which is the last one unless another follows.
  private var held: [UInt8]?

  init(suffix: String) { self.suffix = Array(suffix.utf8) }

  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
    guard let token = assembler.take(chunk) else { return }
    release(" ", into: &output)
    let kept = firstSuffix(in: token)
    output.append(TokenChunk(Array(token[..<kept]), endsToken: false))
    held = Array(token[kept...])
  }

  mutating func finish(into output: inout [TokenChunk]) { release("", into: &output) }

  private mutating func release(_ replacement: String, into output: inout [TokenChunk]) {
    guard let rest = held else { return }
    held = nil
    output.append(
      TokenChunk(EnglishCleanup.replace(suffix, with: Array(replacement.utf8), in: rest), endsToken: true))
  }

  private func firstSuffix(in token: [UInt8]) -> Int {
    guard !suffix.isEmpty else { return token.count }
    return token.indices.first { token[$0...].starts(with: suffix) } ?? token.count
  }
}
