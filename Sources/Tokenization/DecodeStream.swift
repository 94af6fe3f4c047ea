/// Turns ids into text one by one, for streaming.
///
/// Text appears as soon as nothing that follows can change it, never half a character; all parts together are
/// exactly what `decode` makes of the whole sequence.
public struct DecodeStream: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var stages: [any DecoderStage]

  init(_ tokenizer: Tokenizer, skipsSpecialTokens: Bool, prompt: [Int]) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
    stages = tokenizer.makeDecoderStages()
    for id in prompt { _ = bytes(appending: id) }
  }

  /// The text that became certain with this id; often empty. Ids that the vocabulary does not have are
  /// ignored.
  public mutating func append(_ id: Int) -> String { String(decoding: bytes(appending: id), as: UTF8.self) }

  /// The text that was held back, at the end of the sequence.
  public mutating func finish() -> String { String(decoding: finishBytes(), as: UTF8.self) }

  mutating func bytes(appending id: Int) -> [UInt8] {
    guard let token = tokenizer.decodableToken(of: id, skipsSpecial: skipsSpecialTokens) else { return [] }
    return Self.text(run([TokenChunk(token, endsToken: true)], from: 0))
  }

  mutating func finishBytes() -> [UInt8] {
    var text: [UInt8] = []
    for index in stages.indices {
      var output: [TokenChunk] = []
      stages[index].finish(into: &output)
      text += Self.text(run(output, from: index + 1))
    }
    return text
  }

  private mutating func run(_ input: [TokenChunk], from first: Int) -> [TokenChunk] {
    var chunks = input
    for index in stages.indices.dropFirst(first) {
      var output: [TokenChunk] = []
      for chunk in chunks { stages[index].take(chunk, into: &output) }
      chunks = output
    }
    return chunks
  }

  private static func text(_ chunks: [TokenChunk]) -> [UInt8] {
    chunks.count == 1 ? chunks[0].bytes : chunks.flatMap(\.bytes)
  }
}
