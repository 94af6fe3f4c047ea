/// `CTC`: repeated tokens count once, padding is dropped, a delimiter stands for the space between words.
package struct CTCDecoder: Sendable {
  package var padToken: String
  package var wordDelimiter: String
  package var cleansUp: Bool

  init(_ component: ComponentJSON) throws(TokenizerError) {
    padToken = try component.string("pad_token")
    wordDelimiter = try component.string("word_delimiter_token")
    cleansUp = try component.bool("cleanup")
  }

  struct Stage: DecoderStage {
    private let decoder: CTCDecoder
    private var assembler = TokenAssembler()
    private var previous: [UInt8]?

    init(_ decoder: CTCDecoder) { self.decoder = decoder }

    mutating func take(_ chunk: TokenChunk, into output: inout [TokenChunk]) {
      guard let token = assembler.take(chunk), token != previous else { return }
      previous = token
      var text = EnglishCleanup.replace(Array(decoder.padToken.utf8), with: [], in: token)
      if decoder.cleansUp {
        text = EnglishCleanup.apply(text)
        text = EnglishCleanup.replace(
          Array(decoder.wordDelimiter.utf8), with: [UInt8(ascii: " ")], in: text)
      }
      if !text.isEmpty { output.append(TokenChunk(text, endsToken: true)) }
    }

    mutating func finish(into output: inout [TokenChunk]) {}
  }
}
