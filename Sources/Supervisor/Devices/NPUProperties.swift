import OpenVINO

/// How a language model is compiled for an NPU: by NPUW, OpenVINO's splitter, which makes the stateful model
/// static for a prompt and an answer of bounded length.
package struct NPUProperties: Sendable, Hashable {
  /// The longest prompt, in tokens; NPUW rounds it up to a multiple of 64.
  package var promptLength: Int
  /// The tokens that are left for an answer to the longest prompt.
  package var responseLength: Int
  /// DYNAMIC (in chunks) or STATIC; NPUW's own choice if `nil`.
  package var prefillHint: String?
  /// FAST_COMPILE or BEST_PERF; NPUW's own choice if `nil`.
  package var generateHint: String?
  /// The tokens of a prompt that are computed at once, a power of two; NPUW's own choice, 1024, if `nil`.
  package var chunkLength: Int?

  /// Makes properties; the defaults are those of OpenVINO GenAI.
  package init(
    promptLength: Int = 1024, responseLength: Int = 128, prefillHint: String? = nil,
    generateHint: String? = nil
  ) {
    self.promptLength = promptLength
    self.responseLength = responseLength
    self.prefillHint = prefillHint
    self.generateHint = generateHint
  }

  /// The tokens that its cache holds. The last token of the longest answer needs no place there.
  package var contextLength: Int { roundedPromptLength + responseLength - 1 }

  /// What NPUW makes of the prompt's length.
  package var roundedPromptLength: Int { (promptLength + 63) / 64 * 64 }

  /// How many tokens NPUW computes at once where nobody says how many.
  private static let usualChunkLength = 1024
  /// No property that is meant as a length is longer.
  private static let longestLength = 1 << 30

  /// Whether a prompt is computed as a whole, and not in pieces. Pieces of no length are none.
  private var isWhole: Bool {
    prefillHint == "STATIC" || chunkLength == 0 || roundedPromptLength <= chunkLength ?? Self.usualChunkLength
  }

  /// These, with what the user's own properties give.
  func overridden(by properties: Properties) -> NPUProperties {
    var copy = self
    // What is no length is left for NPUW to refuse.
    func number(_ key: String) -> Int? {
      let number = properties[key].flatMap { Int($0.description) } ?? -1
      return (0...Self.longestLength).contains(number) ? number : nil
    }
    copy.promptLength = number("NPUW_LLM_MAX_PROMPT_LEN") ?? promptLength
    copy.responseLength = number("NPUW_LLM_MIN_RESPONSE_LEN") ?? responseLength
    copy.chunkLength = number("NPUW_LLM_PREFILL_CHUNK_SIZE") ?? chunkLength
    copy.prefillHint = properties["NPUW_LLM_PREFILL_HINT"]?.description ?? prefillHint
    return copy
  }

  /// These with a prompt that is computed as a whole.
  func whole() -> NPUProperties {
    guard !isWhole else { return self }
    var copy = self
    copy.prefillHint = "STATIC"
    copy.chunkLength = nil
    return copy
  }

  /// These for a mixture of experts of such sizes: its width, and how many experts there are. NPUW finds the tokens of a
  /// mixture's prompt by their number alone, and mistakes such a size for it where as many are computed at once
  /// (docs/npu.md): then more are, or in a prompt that is computed in pieces, fewer.
  func apart(from sizes: Set<Int>) -> NPUProperties {
    var copy = self
    if isWhole {
      while sizes.contains(copy.roundedPromptLength) { copy.promptLength = copy.roundedPromptLength + 64 }
      if !copy.isWhole { copy.prefillHint = "STATIC" }
    } else {
      var length = chunkLength ?? Self.usualChunkLength
      while sizes.contains(length), length > 1 { length /= 2 }
      if length != Self.usualChunkLength { copy.chunkLength = length }
    }
    return copy
  }

  /// The properties, with the user's own on top.
  package func properties(merging own: Properties) -> Properties {
    var properties: Properties = [
      "NPU_USE_NPUW": "YES", "NPUW_LLM": "YES",
      "NPUW_LLM_MAX_PROMPT_LEN": .integer(promptLength),
      "NPUW_LLM_MIN_RESPONSE_LEN": .integer(responseLength),
      // Left to itself NPUW would compute on the CPU what the NPU refuses, and say nothing.
      "NPUW_DEVICES": "NPU", "NPUW_FALLBACK_EXEC": "NO",
    ]
    properties["NPUW_LLM_PREFILL_HINT"] = prefillHint.map { .text($0) }
    properties["NPUW_LLM_PREFILL_CHUNK_SIZE"] = chunkLength.map { .integer($0) }
    properties["NPUW_LLM_GENERATE_HINT"] = generateHint.map { .text($0) }
    return properties.merging(own)
  }

  /// The device that stands in for an NPU, where the user asked for one: `NPUW_DEVICES=CPU`.
  package static func standIn(in properties: Properties) -> String? {
    guard let devices = properties["NPUW_DEVICES"]?.description, !devices.isEmpty else { return nil }
    let names = devices.split(separator: ",").map(String.init)
    return names.contains { $0.hasPrefix("NPU") } ? nil : names.first
  }
}
