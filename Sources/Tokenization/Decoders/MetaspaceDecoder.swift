import Text

/// `Metaspace` as a decoder: the visible character becomes a space again, and nothing in the first token.
struct MetaspaceStage: DecoderStage {
  let metaspace: Metaspace
  private var isFirst = true

  init(_ metaspace: Metaspace) { self.metaspace = metaspace }

  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
    var text: [UInt8] = []
    text.reserveCapacity(chunk.bytes.count)
    for scalar in chunk.bytes.scalars {
      if scalar != metaspace.replacement {
        text.append(scalar: scalar)
      } else if !isFirst || metaspace.prependScheme == .never {
        text.append(UInt8(ascii: " "))
      }
    }
    if chunk.endsToken { isFirst = false }
    output.append(TokenChunk(text, endsToken: chunk.endsToken))
  }

  mutating func finish(into output: inout [TokenChunk]) {}
}
