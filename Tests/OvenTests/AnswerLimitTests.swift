import Foundation
import Generation
import Supervisor
import Testing
import oven

@Suite("How long an answer may get")
struct AnswerLimitTests {
  private static let tokenizer = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/tokenizers/smollm2/tokenizer.json").path

  private func defaults(_ generation: String) throws -> AnswerDefaults {
    let folder = FileManager.default.temporaryDirectory.appending(path: "oven-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(atPath: Self.tokenizer, toPath: folder.path + "/tokenizer.json")
    try Data(generation.utf8).write(to: folder.appending(path: "generation_config.json"))
    return try AnswerDefaults(folder: folder.path, format: PromptFormat(folder: folder.path, style: .raw))
  }

  @Test func whoSaysSo() throws {
    let usual = try defaults(#"{"eos_token_id": 2}"#)
    let model = try defaults(#"{"eos_token_id": 2, "max_new_tokens": 70}"#)
    let endless = try defaults("{}")
    var options = GenerationOptions()
    #expect(AnswerLimit(options, usual).origin == .usual && AnswerLimit(options, usual).note == nil)
    #expect(AnswerLimit(options, model).tokens == 70)
    #expect(AnswerLimit(options, endless).tokens == 512 && AnswerLimit(options, endless).note != nil)
    options.maxNewTokens = 9
    #expect([usual, model, endless].allSatisfy { AnswerLimit(options, $0).tokens == 9 })
    #expect(AnswerLimit(options, endless).note == nil)
  }

  @Test func whichLimitCutAnAnswer() throws {
    var options = GenerationOptions()
    options.maxNewTokens = 40
    let limit = AnswerLimit(options, try defaults(#"{"eos_token_id": 2}"#))
    func cut(_ reason: FinishReason, _ generated: Int) -> String? {
      limit.cut(reason, generated: generated, contextLength: 160)
    }
    #expect(cut(.stop, 12) == nil && cut(.stopString, 12) == nil)
    #expect(cut(.length, 40) == "cut at 40 tokens (--max-new-tokens)")
    #expect(cut(.length, 12) == "cut at the end of the context, 160 tokens")
    #expect(cut(.cancelled, 12) == "stopped")
  }
}
