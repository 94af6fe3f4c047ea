import Text

/// `ByteLevel`: the characters of all tokens are bytes, and those are UTF-8, with U+FFFD for what is not.
struct ByteLevelStage: DecoderStage {
  private var assembler = TokenAssembler()
  private var pending: [UInt8] = []

  mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
    guard let token = assembler.take(chunk) else { return }
    if !token.withUnsafeBufferPointer({ ByteAlphabet.decode($0, into: &pending) }) { pending += token }
    let certain = pending.count - UTF8Validation.unfinishedLength(pending)
    guard certain > 0 else { return }
    let text = String(decoding: pending[..<certain], as: UTF8.self)
    pending.removeFirst(certain)
    output.append(TokenChunk(Array(text.utf8), endsToken: false))
  }

  mutating func finish(into output: inout [TokenChunk]) {
    output.append(TokenChunk(Array(String(decoding: pending, as: UTF8.self).utf8), endsToken: true))
    pending = []
  }
}
