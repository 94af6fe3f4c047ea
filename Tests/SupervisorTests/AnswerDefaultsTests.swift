import ChatTemplates
import Foundation
import Generation
import Supervisor
import Testing

/// With which tokens a model's answers end, from whichever file says so.
@Suite struct AnswerDefaultsTests {
  private static let tokenizer = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/tokenizers/smollm2").path

  private func defaults(
    generation: String? = nil, config: String? = nil, tokenizer: String? = nil, style: ChatStyle = .raw
  ) throws -> AnswerDefaults {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: Self.tokenizer + "/tokenizer.json", toPath: folder.path + "/tokenizer.json")
    for (name, text) in [
      ("generation_config.json", generation), ("config.json", config), ("tokenizer_config.json", tokenizer),
    ] {
      if let text { try folder.write(text, to: name) }
    }
    let format = try PromptFormat(folder: folder.path, style: style)
    return try AnswerDefaults(folder: folder.path, format: format)
  }

  /// As OpenVINO GenAI: the tokenizer's, where neither file has one; -1 and an empty list are none.
  @Test func whereTheEndComesFrom() throws {
    let end = #"{"eos_token": "<|im_end|>"}"#
    #expect(try defaults(generation: #"{"eos_token_id": 5}"#, tokenizer: end).options.eosTokenIDs == [5])
    #expect(try defaults(config: #"{"eos_token_id": [5, 6]}"#, tokenizer: end).options.eosTokenIDs == [5, 6])
    #expect(try defaults(tokenizer: end).options.eosTokenIDs == [2])
    for none in ["-1", "[]", "null", "[-1]"] {
      let file = #"{"eos_token_id": \#(none)}"#
      #expect(
        try defaults(generation: file, config: file, tokenizer: end).options.eosTokenIDs == [2], "\(none)")
      #expect(try defaults(generation: file, config: file).hasEnd == false)
    }
    #expect(try defaults(tokenizer: #"{"eos_token": {"content": "<|im_end|>"}}"#).options.eosTokenIDs == [2])
    // A style ends answers with a text.
    #expect(try defaults(style: .alpaca).hasEnd)
  }

  @Test(arguments: ["{", "", "[1,", "\u{FEFF}{"]) func aBrokenFileIsNamed(_ text: String) throws {
    let error = #expect(throws: GenerationError.self) { try defaults(generation: text) }
    #expect(error?.code == .badFile && error?.message.contains("generation_config.json is broken") == true)
  }
}
