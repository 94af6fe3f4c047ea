import Text

/// `Strip`: takes a character away from the beginning and the end of every token.
package struct StripDecoder: Sendable {
  package var content: Unicode.Scalar
  /// How many at most at the beginning.
  package var start: Int
  /// How many at most at the end.
  package var stop: Int

  init(_ component: ComponentJSON) throws(TokenizerError) {
    content = try component.scalar("content")
    start = try component.integer("start")
    stop = try component.integer("stop")
  }

  struct Stage: DecoderStage {
    private let rule: StripDecoder
    private let content: [UInt8]
    private var canStrip: Int
    /// Characters to strip if the token ends after them.
    private var held = 0

    init(_ rule: StripDecoder) {
      self.rule = rule
      content = Array(String(rule.content).utf8)
      canStrip = rule.start
    }

    mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
      var text: [UInt8] = []
      for scalar in chunk.bytes.scalars {
        if scalar == rule.content {
          if canStrip > 0 {
            canStrip -= 1
          } else if held < rule.stop {
            held += 1
          } else {
            text += content
          }
        } else {
          canStrip = 0
          release(into: &text)
          text.append(scalar: scalar)
        }
      }
      if chunk.endsToken {
        canStrip = rule.start
        held = 0
      }
      if !text.isEmpty || chunk.endsToken { output.append(TokenChunk(text, endsToken: chunk.endsToken)) }
    }

    private mutating func release(into text: inout [UInt8]) {
      for _ in 0..<held { text += content }
      held = 0
    }

    mutating func finish(into output: inout [TokenChunk]) {}
  }
}
