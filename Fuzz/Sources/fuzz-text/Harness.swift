import ChatTemplates
import IRFormat
import JSON
import Patterns
import Tokenization

/// Two inputs in one: what stands before the first zero byte, and what stands behind it.
private func halves(_ bytes: [UInt8]) -> (head: [UInt8], tail: [UInt8]) {
  let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
  return (Array(bytes[..<end]), Array(bytes[end...].dropFirst()))
}

/// An expression, and a text to look through. Matches lie inside of the text, one behind the other.
@Sendable private func runRegex(_ bytes: [UInt8]) {
  let (head, tail) = halves(bytes)
  guard let pattern = try? Pattern(generalRegex: String(decoding: head, as: UTF8.self)) else { return }
  tail.withUnsafeBufferPointer { text in
    var end = 0
    pattern.forEachMatch(in: text) { match in
      precondition(match.lowerBound >= end && match.upperBound <= text.count)
      end = match.upperBound
    }
  }
}

/// A `tokenizer.json`, and a text. The pieces are those of the ids, and decoding ends.
@Sendable private func runTokenizer(_ bytes: [UInt8]) {
  let (head, tail) = halves(bytes)
  guard let tokenizer = try? Tokenizer(contentsOf: head) else { return }
  let text = String(decoding: tail.prefix(4096), as: UTF8.self)
  let ids = tokenizer.encode(text, addSpecialTokens: false)
  precondition(tokenizer.pieces(of: text).map(\.id) == ids)
  _ = tokenizer.decode(tokenizer.encode(text))
}

/// A template, and the context as JSON.
@Sendable private func runTemplate(_ bytes: [UInt8]) {
  let (head, tail) = halves(bytes)
  let context = (try? JSON(parsing: tail))?.object ?? ["messages": [["role": "user", "content": "<a> b\n"]]]
  let limits = TemplateLimits(steps: 20_000, bytes: 8 << 20)
  let template = try? ChatTemplate(source: String(decoding: head, as: UTF8.self), limits: limits)
  _ = try? template?.apply(context)
}

/// An IR document, read and summed up.
@Sendable private func runXML(_ bytes: [UInt8]) {
  guard let document = try? IRReader.parse(bytes) else { return }
  _ = (document.parameters, document.results, document.states, document.isStatic, document.operationCounts)
}

private let readers: [String: @Sendable ([UInt8]) -> Void] = [
  "regex": runRegex, "tokenizer": runTokenizer, "template": runTemplate, "xml": runXML,
]

/// The reader that is fuzzed, chosen once.
private let run = Environment.reader(of: readers.keys.sorted()).flatMap { readers[$0] }

/// Whether the environment names a reader.
var hasReader: Bool { run != nil }

/// Gives one input to the reader.
func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  run?(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}
