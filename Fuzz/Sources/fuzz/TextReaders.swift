import Architectures
import ChatTemplates
import IRFormat
import JSON
import Patterns
import Tokenization

/// An expression, and a text to look through. Matches lie inside of the text, one behind the other.
@Sendable private func runRegex(_ bytes: [UInt8]) {
  let input = Halves(bytes)
  guard let pattern = try? Pattern(generalRegex: String(decoding: input.head, as: UTF8.self)) else { return }
  input.tail.withUnsafeBufferPointer { text in
    var end = 0
    pattern.forEachMatch(in: text) { match in
      precondition(match.lowerBound >= end && match.upperBound <= text.count)
      end = match.upperBound
    }
  }
}

/// A `tokenizer.json`, and a text. The pieces are those of the ids, and decoding ends.
@Sendable private func runTokenizer(_ bytes: [UInt8]) {
  let input = Halves(bytes)
  guard let tokenizer = try? Tokenizer(contentsOf: input.head) else { return }
  let text = String(decoding: input.tail.prefix(4096), as: UTF8.self)
  let ids = tokenizer.encode(text, addSpecialTokens: false)
  precondition(tokenizer.pieces(of: text).map(\.id) == ids)
  _ = tokenizer.decode(tokenizer.encode(text))
}

/// A template, and the context as JSON.
@Sendable private func runTemplate(_ bytes: [UInt8]) {
  let input = Halves(bytes)
  let context =
    (try? JSON(parsing: input.tail))?.object ?? ["messages": [["role": "user", "content": "<a> b\n"]]]
  let limits = TemplateLimits(steps: 20_000, bytes: 8 << 20)
  let template = try? ChatTemplate(source: String(decoding: input.head, as: UTF8.self), limits: limits)
  _ = try? template?.apply(context)
}

/// An IR document, read and summed up.
@Sendable private func runXML(_ bytes: [UInt8]) {
  guard let document = try? IRReader.parse(bytes) else { return }
  _ = (document.parameters, document.results, document.states, document.isStatic, document.operationCounts)
}

/// A `config.json`. Whatever it says, a family takes it or refuses it.
@Sendable private func runConfiguration(_ bytes: [UInt8]) {
  guard let json = try? JSON(parsing: bytes), let text = try? TextPart(json) else { return }
  _ = try? ArchitectureRegistry.make(for: text.config)
}

/// A vocabulary of SentencePiece or tiktoken, made a `tokenizer.json` and read.
@Sendable private func runVocabulary(_ bytes: [UInt8]) {
  for made in [try? TokenizerImporter.fromSentencePiece(bytes), try? TokenizerImporter.fromTiktoken(bytes)] {
    guard let made, let tokenizer = try? Tokenizer(json: made) else { continue }
    _ = tokenizer.decode(tokenizer.encode("a text, and 12 numbers"))
  }
}

/// The readers of texts.
let textReaders: [String: @Sendable ([UInt8]) -> Void] = [
  "regex": runRegex, "tokenizer": runTokenizer, "template": runTemplate, "xml": runXML,
  "config": runConfiguration, "vocabulary": runVocabulary,
]
