/// `Fuse`: all tokens become one.
struct FuseStage: DecoderStage {
  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
    if !chunk.bytes.isEmpty { output.append(TokenChunk(chunk.bytes, endsToken: false)) }
  }

  mutating func finish(into output: inout [TokenChunk]) { output.append(TokenChunk([], endsToken: true)) }
}

/// What is done without a decoder: the tokens stand between spaces.
struct JoinStage: DecoderStage {
  private var isInside = false
  private var isFirst = true

  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
    let separator = isInside || isFirst ? [] : [UInt8(ascii: " ")]
    isFirst = false
    isInside = !chunk.endsToken
    output.append(TokenChunk(separator + chunk.bytes, endsToken: chunk.endsToken))
  }

  mutating func finish(into output: inout [TokenChunk]) {}
}
