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

  /// These, with the lengths that the user's own properties give.
  func overridden(by properties: Properties) -> NPUProperties {
    var copy = self
    func number(_ key: String) -> Int? { properties[key].flatMap { Int($0.description) } }
    copy.promptLength = number("NPUW_LLM_MAX_PROMPT_LEN") ?? promptLength
    copy.responseLength = number("NPUW_LLM_MIN_RESPONSE_LEN") ?? responseLength
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
