import Foundation

/// A GGUF fixture with more metadata.
enum ChangedGGUF {
  enum Value {
    case number(UInt32)
    case text(String)
    case texts([String])
    case numbers([Int32])

    fileprivate var bytes: [UInt8] {
      switch self {
      case .number(let number): le(UInt32(4)) + le(number)
      case .text(let text): le(UInt32(8)) + ChangedGGUF.bytes(text)
      case .texts(let texts):
        le(UInt32(9)) + le(UInt32(8)) + le(UInt64(texts.count)) + texts.flatMap(ChangedGGUF.bytes)
      case .numbers(let numbers):
        le(UInt32(9)) + le(UInt32(5)) + le(UInt64(numbers.count)) + numbers.flatMap { le($0) }
      }
    }
  }

  /// The tiny llama of llama.cpp's converter: 40 tokens, and no vocabulary.
  static func llama(_ entries: [(String, Value)]) throws -> [UInt8] {
    let url = Fixture.url("").deletingLastPathComponent().appending(
      path: "checkpoints/gguf/models/llama.gguf")
    let file = Array(try Data(contentsOf: url))
    var added = entries.flatMap { bytes($0.0) + $0.1.bytes }
    // The data must stay aligned to 32 bytes: one more text makes up for the rest.
    let filler = bytes("test.filler") + Value.text("").bytes
    let rest = (32 - (added.count + filler.count) % 32) % 32
    added += bytes("test.filler") + Value.text(String(repeating: " ", count: rest)).bytes
    let count = file[16..<24].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    return file[..<16] + le(UInt64(count + entries.count + 1)) + added + file[24...]
  }

  /// A byte-level vocabulary of 40 tokens: 2 special ones, letters, and pairs with their merges.
  static func vocabulary(pre: String? = "gpt-2", texts: [Int: String] = [:]) -> [(String, Value)] {
    let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
    let pairs = ["th", "he", "in", "er", "an", "re", "on", "at", "en", "nd", "ti", "es"]
    var tokens = ["<s>", "</s>"] + letters + pairs
    for (id, text) in texts { tokens[id] = text }
    let merges = pairs.map { "\($0.first ?? " ") \($0.last ?? " ")" }
    let types = [3, 3] + [Int32](repeating: 1, count: 38)
    return [
      ("tokenizer.ggml.model", .text("gpt2")), ("tokenizer.ggml.tokens", .texts(tokens)),
      ("tokenizer.ggml.token_type", .numbers(types)), ("tokenizer.ggml.merges", .texts(merges)),
      ("tokenizer.ggml.bos_token_id", .number(0)), ("tokenizer.ggml.eos_token_id", .number(1)),
    ] + (pre.map { [("tokenizer.ggml.pre", .text($0))] } ?? [])
  }

  private static func bytes(_ text: String) -> [UInt8] { le(UInt64(text.utf8.count)) + Array(text.utf8) }
}

private func le(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}
