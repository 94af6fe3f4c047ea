import Files
import Foundation
import JSON
import OpenVINO
import Tokenization

/// Runs the tokenizer of a baked folder as OpenVINO GenAI will run it, and counts where it gives something else than
/// the `tokenizer.json` beside it.
package struct TokenizerIRCheck {
  /// A text whose ids or whose decoding differ.
  package struct Example: Sendable, Hashable {
    /// The text.
    package var text: String
    /// What Oven makes of it: ids, or the text they decode to.
    package var expected: JSON
    /// What the models make of it.
    package var found: JSON
  }

  /// What came of it.
  package struct Outcome: Sendable, Hashable {
    /// How many texts were tried.
    package var cases = 0
    /// How many of them get other ids.
    package var idsDiffer = 0
    /// How many lists of ids decode to another text.
    package var decodedDiffer = 0
    /// The first texts that differ.
    package var examples: [Example] = []

    /// Whether nothing differs.
    package var agrees: Bool { idsDiffer == 0 && decodedDiffer == 0 }

    /// As the report of a bake has it, under `tokenizer_ir`.
    package var json: JSON {
      var members: JSONObject = [
        "cases": .int(cases), "ids_differ": .int(idsDiffer), "decoded_differ": .int(decodedDiffer),
      ]
      if !agrees {
        members["examples"] = .array(
          examples.map { ["text": .string($0.text), "expected": $0.expected, "found": $0.found] })
      }
      return .object(members)
    }

    /// A sentence for people; nil where nothing differs.
    package var note: String? {
      guard !agrees else { return nil }
      return
        "the tokenizer for OpenVINO GenAI disagrees with tokenizer.json: other ids for \(idsDiffer) and other "
        + "text for \(decodedDiffer) of \(cases) texts"
    }
  }

  private let tokenizer: Tokenizer
  private let encoder: InferRequest
  private let decoder: InferRequest
  private let runtime: OpenVINORuntime

  /// Opens the folder's tokenizers.
  ///
  /// - Parameters:
  ///   - folder: holds `tokenizer.json`, `openvino_tokenizer.xml` and `openvino_detokenizer.xml`.
  ///   - library: OpenVINO's tokenizer operations.
  /// - Throws: `TokenizerError`, or `OpenVINOError` for models that do not load.
  package init(
    folder: URL, _ library: TokenizersExtension, runtime: OpenVINORuntime
  ) throws {
    self.runtime = runtime
    tokenizer = try Tokenizer.load(folder: folder.path)
    let core = try Core(runtime: runtime)
    try core.addExtension(library.path)
    func request(_ name: String) throws -> InferRequest {
      try core.compile(core.readModel(folder.appending(path: name).path), for: "CPU").makeRequest()
    }
    encoder = try request("openvino_tokenizer.xml")
    decoder = try request("openvino_detokenizer.xml")
  }

  /// Whether a folder has such models.
  package static func applies(to folder: URL) -> Bool {
    FileStatus(at: folder.appending(path: "openvino_detokenizer.xml").path) != nil
  }

  /// Compares the two on texts.
  package func run(_ texts: [String] = TokenizerIRTexts.common) throws -> Outcome {
    let own = tokenizer.specialTokenIDs.sorted().prefix(24).compactMap(tokenizer.token(of:))
    var outcome = Outcome()
    for text in texts + TokenizerIRTexts.around(own) {
      outcome.cases += 1
      let ids = tokenizer.encode(text)
      let found = try encode(text)
      if found != ids {
        outcome.idsDiffer += 1
        outcome.add(text, .array(ids.map { .int($0) }), .array(found.map { .int($0) }))
      }
      guard !ids.isEmpty else { continue }
      let decoded = Array(tokenizer.decode(ids).utf8)
      let foundText = try decode(ids)
      if foundText != decoded {
        outcome.decodedDiffer += 1
        outcome.add(
          text, .string(String(decoding: decoded, as: UTF8.self)),
          .string(String(decoding: foundText, as: UTF8.self)))
      }
    }
    return outcome
  }

  private func encode(_ text: String) throws -> [Int] {
    try encoder.setInput(0, Tensor(texts: [text], runtime: runtime))
    try encoder.infer()
    return try encoder.output("input_ids").elements(of: Int64.self).map { Int($0) }
  }

  private func decode(_ ids: [Int]) throws -> [UInt8] {
    try decoder.setInput(0, Tensor(ids.map { Int64($0) }, shape: [1, ids.count], runtime: runtime))
    try decoder.infer()
    return try decoder.output("string_output").texts().first ?? []
  }
}

extension TokenizerIRCheck.Outcome {
  fileprivate mutating func add(_ text: String, _ expected: JSON, _ found: JSON) {
    guard examples.count < 5 else { return }
    examples.append(.init(text: text, expected: expected, found: found))
  }
}
