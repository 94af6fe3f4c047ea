import Baking
import Foundation
import JSON
import OpenVINO
import Tokenization

/// The windows of text that a model is calibrated on.
///
/// They begin anywhere and without a beginning-of-text token: the first token of a text carries an activation of its
/// own size, and a fixed one would show only that (measured: divergence 0.24 with against 0.19 without).
package struct CalibrationText {
  var windows: [[Int]]

  static func make(
    _ options: Calibrator.Options, _ model: CalibrationSubject, _ core: Core, workers: Int,
    events: @escaping BakeEventHandler, isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibrationText {
    let tokens: [Int]
    let count = options.windows(for: model.parameterCount)
    switch options.text {
    case .file(let url):
      tokens = try read(url, model, count * options.windowLength)
      let found = tokens.count / options.windowLength
      if (1..<count).contains(found) {
        events(.note("\(url.lastPathComponent) has only \(found) windows of the \(count) that are read"))
      }
    case .selfWritten:
      tokens = try SelfWrittenText(
        core: core, model: model, seed: options.seed,
        plan: WritingPlan(
          windowCount: count, windowLength: options.windowLength,
          tokenByteCount: WritingPlan.tokenByteCount(of: model.graph)), workers: workers
      ).write(events: events, isCancelled: isCancelled)
    }
    // The first window begins inside of the first sequence, and so do most others.
    let windows = cut(
      Array(tokens.dropFirst(options.windowLength / 3)), length: options.windowLength,
      count: count)
    guard !windows.isEmpty else {
      throw CalibrationError(
        .badText, "the text has \(tokens.count) tokens, and a window takes \(options.windowLength)")
    }
    return CalibrationText(windows: windows)
  }

  /// `count` windows at most, spread evenly.
  package static func cut(_ tokens: [Int], length: Int, count: Int) -> [[Int]] {
    let available = tokens.count / max(length, 1)
    let taken = min(available, count)
    guard taken > 0 else { return [] }
    let room = tokens.count - length
    return (0..<taken).map { index in
      let start = taken == 1 ? 0 : room * index / (taken - 1)
      return Array(tokens[start..<start + length])
    }
  }

  private static func read(_ url: URL, _ model: CalibrationSubject, _ tokenCount: Int) throws -> [Int] {
    guard let bytes = model.files["tokenizer.json"] else {
      throw CalibrationError(.badText, "\(url.path) cannot be read without a tokenizer.json in the source")
    }
    guard let data = try? Data(contentsOf: url, options: .mappedIfSafe), data.count < 1 << 30,
      let content = String(bytes: data, encoding: .utf8)
    else {
      throw CalibrationError(.badText, "\(url.path) cannot be read, is no UTF-8 text, or is larger than 1 GB")
    }
    let tokenizer = try Tokenizer(contentsOf: bytes)
    // Much more than is needed makes windows from everywhere, but not all of a library.
    let enough = tokenCount * 64
    let isLines = ["jsonl", "ndjson"].contains(url.pathExtension.lowercased())
    let text = isLines ? joined(content) : content
    guard !isLines || !text.isEmpty else {
      throw CalibrationError(
        .badText,
        "\(url.path) has no text: a line must be a JSON string, or an object with text, content or prompt")
    }
    return tokenizer.encode(String(text.prefix(enough)), addSpecialTokens: false)
  }

  /// The texts of JSON lines: a string, or the member `text`, `content` or `prompt`.
  package static func joined(_ lines: String) -> String {
    lines.split(whereSeparator: \.isNewline).compactMap { line -> String? in
      guard let json = try? JSON(parsing: String(line)) else { return nil }
      return json.string ?? ["text", "content", "prompt"].lazy.compactMap { json[$0]?.string }.first
    }.joined(separator: "\n\n")
  }
}
