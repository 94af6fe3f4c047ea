import ChatTemplates
import Foundation
import Generation
import Supervisor
import Testing
import Tokenization

/// An engine that gives the tokens of a script, whatever it is asked.
private final class ScriptedEngine: TextGenerationEngine {
  let deviceName = "TEST"
  let contextLength = 1000
  let deviceSeconds = 0.0
  private let script: [Int]
  private let vocabulary: Int
  private let onStep: () -> Void
  private var steps = 0
  private(set) var tokens: [Int] = []

  init(_ script: [Int], vocabulary: Int, onStep: @escaping () -> Void = {}) {
    self.script = script
    self.vocabulary = vocabulary
    self.onStep = onStep
  }

  func truncate(to length: Int) -> Int {
    tokens = Array(tokens.prefix(length))
    return tokens.count
  }

  func append(_ new: ArraySlice<Int>, shouldContinue: () -> Bool) {
    tokens += new
    onStep()
  }

  func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws -> Result {
    var logits = [Float](repeating: 0, count: vocabulary)
    logits[script[min(steps, script.count - 1)]] = 9
    steps += 1
    return try logits.withUnsafeMutableBufferPointer { try body($0) }
  }
}

@Suite struct AssistantTests {
  private static let tokenizer = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/tokenizers/smollm2").path

  private func answer(
    _ text: String, style: ChatStyle, stop: [String]? = nil
  ) throws -> (GenerationResult, ChatSession) {
    let format = try PromptFormat(folder: Self.tokenizer, style: style)
    let engine = ScriptedEngine(
      format.tokenizer.encode(text, addSpecialTokens: false), vocabulary: format.tokenizer.vocabularySize)
    let assistant = try Assistant(engine: engine, model: Toy.folder(), format: format)
    var session = format.makeSession()
    var options = GenerationOptions()
    options.stopStrings = stop
    options.maxNewTokens = 40
    let result = try assistant.answer("Hello?", in: &session, options: options) { _ in }
    return (result, session)
  }

  @Test(arguments: [
    (ChatStyle.neural, "Good day.\n", "### User:\nWhat else?"),
    (.alpaca, "Good day.\n\n", "### Instruction:\nGo on"),
    (.llama2, "Good day. ", "[INST] More [/INST]"),
  ])
  func aNamedStyleEndsTheAnswerWhereTheModelSpeaksForTheUser(
    style: ChatStyle, own: String, rest: String
  ) throws {
    let (result, session) = try answer(own + rest, style: style)
    #expect(result.reason == .stopString)
    #expect(result.text == own)
    #expect(session.messages.last == ChatMessage(role: "assistant", content: own))
  }

  /// In SmolLM2's vocabulary the text is a special token, which never appears in an answer.
  @Test func aStopStringThatIsASpecialTokenEndsTheAnswerToo() throws {
    let (result, _) = try answer("Good day.<|im_end|>\n<|im_start|>user\nMore", style: .chatml)
    #expect(result.reason == .stop)
    #expect(result.text == "Good day.")
  }

  /// What a template writes behind an answer ends one, whatever else it looks at.
  @Test(arguments: [
    "", "{% if tools is not none %}{% for t in tools %}{{ t }}{% endfor %}{% endif %}",
    "{% if documents is defined and documents %}{{ documents[0] }}{% endif %}",
  ])
  func theTemplateNamesAnEndToken(rest: String) throws {
    let folder = URL.temporaryDirectory.appending(path: "oven-template-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: URL(filePath: Self.tokenizer), to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let template =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}" + rest
    try Data(template.utf8).write(to: folder.appending(path: "chat_template.jinja"))
    let format = try PromptFormat(folder: folder.path)
    #expect(format.stopTokens == [try #require(format.tokenizer.id(of: "<|im_end|>"))])
  }

  @Test func theUsersOwnStopStringsAreAddedToThem() throws {
    #expect(try answer("One.Two.### User:", style: .neural, stop: ["Two"]).0.text == "One.")
    #expect(try answer("One.### User:Two.", style: .neural, stop: ["Two"]).0.text == "One.")
    #expect(try answer("One.### User:", style: .raw).0.text.hasPrefix("One.### User:"))
  }

  /// A paste that was cancelled before its answer began leaves nothing behind.
  @Test func aQuestionWithoutAnAnswerIsTakenBack() throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let engine = ScriptedEngine([5], vocabulary: 100)
    let assistant = try Assistant(engine: engine, model: Toy.folder(), format: format)
    var session = format.makeSession()
    let result = try assistant.answer("Hello?", in: &session, options: .init(), isCancelled: { true }) { _ in
    }
    #expect(result.reason == .cancelled && session.messages.isEmpty)
  }

  /// The engine's context has 1000 tokens.
  @Test func theOldestTurnsMakeRoom() throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .chatml)
    let assistant = try Assistant(
      engine: ScriptedEngine([5], vocabulary: 100), model: Toy.folder(), format: format)
    var session = format.makeSession()
    session.replaceMessages(
      [ChatMessage(role: "system", content: "Be brief.")]
        + (0..<5).flatMap { turn in
          [
            ChatMessage(role: "user", content: "\(turn)" + String(repeating: " word", count: 150)),
            ChatMessage(role: "assistant", content: "Yes."),
          ]
        })
    #expect(try assistant.makeRoom(for: "And now?", in: &session) == 1)
    #expect(session.messages.count == 9 && session.messages[1].content.hasPrefix("1"))
    #expect(try assistant.makeRoom(for: "And now?", in: &session) == 0)
    // What does not even fit alone leaves everything as it was.
    #expect(try assistant.makeRoom(for: String(repeating: " word", count: 1200), in: &session) == 0)
    #expect(session.messages.count == 9 && session.messages[0].role == "system")
  }

  @Test func anNPUsBusyTimeIsThatOfTheAnswer() throws {
    let folder = try TemporaryFolder()
    let device = folder.path + "/sys/class/accel/accel0/device"
    try FileManager.default.createDirectory(atPath: device, withIntermediateDirectories: true)
    let counter = "sys/class/accel/accel0/device/npu_busy_time_us"
    try folder.write("1000000\n", to: counter)
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let engine = ScriptedEngine([5], vocabulary: 100) { try? folder.write("3500000\n", to: counter) }
    let assistant = try Assistant(
      engine: engine, model: Toy.folder(), format: format, npu: NPUBusyTime(root: folder.path))
    var session = format.makeSession()
    var options = GenerationOptions()
    options.maxNewTokens = 2
    let result = try assistant.answer("Hello?", in: &session, options: options) { _ in }
    #expect(result.metrics.npuBusyTime == 2.5)
  }
}

@Suite struct NPUBusyTimeTests {
  private func add(_ name: String, _ text: String?, to folder: TemporaryFolder) throws {
    let device = "sys/class/accel/\(name)/device"
    try FileManager.default.createDirectory(
      atPath: folder.path + "/" + device, withIntermediateDirectories: true)
    if let text { try folder.write(text, to: device + "/npu_busy_time_us") }
  }

  @Test func allNPUsCountTogetherAndOtherAcceleratorsDoNot() throws {
    let folder = try TemporaryFolder()
    #expect(NPUBusyTime(root: folder.path).seconds == nil)
    try add("accel0", nil, to: folder)
    #expect(NPUBusyTime(root: folder.path).seconds == nil)
    try add("accel1", "1500000\n", to: folder)
    try add("accel2", "250000\n", to: folder)
    #expect(NPUBusyTime(root: folder.path).seconds == 1.75)
    try add("accel2", "no number", to: folder)
    #expect(NPUBusyTime(root: folder.path).seconds == 1.5)
  }
}
