import Text

/// `ByteFallback`: a run of `<0x..>` tokens is text if all of it is UTF-8, else U+FFFD for every byte.
struct ByteFallbackStage: DecoderStage {
  private var assembler = TokenAssembler()
  private var run: [UInt8] = []
  /// How much of the run is known to be UTF-8.
  private var validated = 0
  /// The run cannot become UTF-8 any more.
  private var isBroken = false

  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
    guard let token = assembler.take(chunk) else { return }
    guard let byte = token.withUnsafeBufferPointer({ ByteTokens.byte(of: $0) }) else {
      endRun(into: &output)
      output.append(TokenChunk(token, endsToken: true))
      return
    }
    run.append(byte)
    if !isBroken {
      let tail = run[validated...]
      let certain = tail.dropLast(UTF8Validation.unfinishedLength(tail))
      isBroken = !UTF8Validation.isValid(certain)
      validated = certain.endIndex
    }
    if isBroken { replaceRun(into: &output) }
  }

  mutating func finish(into output: inout [TokenChunk]) { endRun(into: &output) }

  private mutating func endRun(into output: inout [TokenChunk]) {
    if UTF8Validation.isValid(run) {
      if !run.isEmpty { output.append(TokenChunk(run, endsToken: true)) }
      run = []
      validated = 0
    } else {
      replaceRun(into: &output)
    }
    isBroken = false
  }

  private mutating func replaceRun(into output: inout [TokenChunk]) {
    for _ in run { output.append(TokenChunk(UTF8Validation.replacement, endsToken: true)) }
    run = []
    validated = 0
  }
}
