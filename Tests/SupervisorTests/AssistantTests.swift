import ChatTemplates
import Foundation
import Generation
import ScriptedModels
import Supervisor
import Synchronization
import Testing
import Tokenization

@Suite struct AssistantTests {
  private static let tokenizer = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/tokenizers/smollm2").path

  /// An assistant whose model gives the tokens of a script, whatever it is asked.
  private func assistant(
    _ script: [Int], _ format: PromptFormat, npu: NPUBusyTime? = nil, context: Int = 1000,
    clock: @escaping @Sendable () -> Double = { SystemClock.seconds() },
    beforeStep: @escaping @Sendable (Step) throws -> Void = { _ in }
  ) async throws -> Assistant {
    let vocabulary = max(100, format.tokenizer.vocabularySize)
    let limits = RunnerLimits(
      contextLength: context, blockLength: 8, blockCount: context / 8, sequences: 1, stepTokens: 16)
    let service = try await ModelService(makeStream: { format.tokenizer.makeStream(prompt: $0) }) {
      let runner = ScriptedRunner(
        .answering(script, vocabulary: vocabulary), limits: limits, beforeStep: beforeStep)
      runner.secondsPerStep = 0.5
      return runner
    }
    return try Assistant(
      service: service, model: Toy.folder(), format: format, contextAdvice: "give it more", npu: npu,
      clock: clock)
  }

  private func answer(
    _ text: String, style: ChatStyle, stop: [String]? = nil
  ) async throws -> (GenerationResult, ChatSession) {
    let format = try PromptFormat(folder: Self.tokenizer, style: style)
    let script = format.tokenizer.encode(text, addSpecialTokens: false)
    let assistant = try await assistant(script, format)
    var session = format.makeSession()
    var options = GenerationOptions()
    options.stopStrings = stop
    options.maxNewTokens = 40
    let result = try await assistant.answer("Hello?", in: &session, options: options) { _ in }
    return (result, session)
  }

  @Test(arguments: [
    (ChatStyle.neural, "Good day.\n", "### User:\nWhat else?"),
    (.alpaca, "Good day.\n\n", "### Instruction:\nGo on"),
    (.llama2, "Good day. ", "[INST] More [/INST]"),
  ])
  func aNamedStyleEndsTheAnswerWhereTheModelSpeaksForTheUser(
    style: ChatStyle, own: String, rest: String
  ) async throws {
    let (result, session) = try await answer(own + rest, style: style)
    #expect(result.reason == .stopString)
    #expect(result.text == own)
    #expect(session.messages.last == ChatMessage(role: "assistant", content: own))
  }

  /// In SmolLM2's vocabulary the text is a special token, which never appears in an answer.
  @Test func aStopStringThatIsASpecialTokenEndsTheAnswerToo() async throws {
    let (result, _) = try await answer("Good day.<|im_end|>\n<|im_start|>user\nMore", style: .chatml)
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

  @Test func theUsersOwnStopStringsAreAddedToThem() async throws {
    #expect(try await answer("One.Two.### User:", style: .neural, stop: ["Two"]).0.text == "One.")
    #expect(try await answer("One.### User:Two.", style: .neural, stop: ["Two"]).0.text == "One.")
    #expect(try await answer("One.### User:", style: .raw).0.text.hasPrefix("One.### User:"))
  }

  /// A paste that was cancelled before its answer began leaves nothing behind.
  @Test func aQuestionWithoutAnAnswerIsTakenBack() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let assistant = try await assistant([5], format)
    var session = format.makeSession()
    let result = try await assistant.answer(
      "Hello?", in: &session, options: .init(), isCancelled: { true }
    ) { _ in }
    #expect(result.reason == .cancelled && session.messages.isEmpty)
  }

  /// While the device computes, and nothing is heard of it.
  @Test func aPromptIsStoppedBetweenEvents() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let begun = Mutex(false)
    let gate = DispatchSemaphore(value: 0)
    let assistant = try await assistant(
      [5], format,
      beforeStep: { _ in
        begun.withLock { $0 = true }
        gate.wait()
      })
    defer { gate.signal() }
    var session = format.makeSession()
    let result = try await assistant.answer(
      "Hello?", in: &session, options: .init(), isCancelled: { begun.withLock { $0 } }
    ) { _ in }
    #expect(result.reason == .cancelled && result.tokens.isEmpty && session.messages.isEmpty)
  }

  /// What was answered stays, with what was held back because more of a stop string might have come.
  @Test func anAnswerThatIsStoppedStaysInTheConversation() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let script = format.tokenizer.encode("One two three four", addSpecialTokens: false)
    let begun = Mutex(false)
    // Words come while the next ones are computed, and may come late.
    let isHeard = Mutex(false)
    let gate = DispatchSemaphore(value: 0)
    // The device hangs after the third word, of which nothing is shown yet.
    let assistant = try await assistant(
      script, format,
      beforeStep: { step in
        guard step.number == 3 else { return }
        begun.withLock { $0 = true }
        gate.wait()
      })
    defer { gate.signal() }
    var session = format.makeSession()
    var options = GenerationOptions()
    options.stopStrings = [" two three nothing"]
    var shown = ""
    let result = try await assistant.answer(
      "Hello?", in: &session, options: options,
      isCancelled: { begun.withLock { $0 } && isHeard.withLock { $0 } }
    ) { event in
      guard case .text(let text) = event else { return }
      shown += text
      isHeard.withLock { $0 = true }
    }
    #expect(result.reason == .cancelled && !result.tokens.isEmpty)
    #expect(shown == result.text && result.text == format.tokenizer.decode(result.tokens))
    #expect(session.messages.last == ChatMessage(role: "assistant", content: result.text))
  }

  @Test func onlyWhatIsNewOfAConversationIsComputed() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .chatml)
    let script = format.tokenizer.encode("Good day.<|im_end|>", addSpecialTokens: false)
    let assistant = try await assistant(script, format)
    var session = format.makeSession()
    var progress: [GenerationEvent] = []
    let first = try await assistant.answer("Hello?", in: &session, options: .init()) { progress.append($0) }
    #expect(first.text == "Good day." && first.reason == .stop && first.metrics.reusedTokens == 0)
    let total = first.metrics.promptTokens
    #expect(progress.first == .prompt(done: 0, total: total))
    #expect(progress.contains(.prompt(done: total, total: total)))
    let second = try await assistant.answer("And now?", in: &session, options: .init()) { _ in }
    // All that was in the cache: the prompt and the answer, but for its end.
    #expect(second.metrics.reusedTokens == total + first.tokens.count - 1)
    #expect(session.messages.count == 4)
  }

  @Test func figuresOfAnAnswer() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let now = Mutex(0.0)
    let assistant = try await assistant(
      [30, 31, 32], format,
      clock: {
        now.withLock {
          $0 += 1
          return $0
        }
      })
    var session = format.makeSession()
    var options = GenerationOptions()
    options.maxNewTokens = 3
    let metrics = try await assistant.answer("Hello?", in: &session, options: options) { _ in }.metrics
    #expect(metrics.device == "scripted" && metrics.generatedTokens == 3 && metrics.timeToFirstToken == 1)
    #expect(metrics.tokenTimes == [1, 1] && metrics.tokensPerSecond == 1 && metrics.timePerToken == 1)
    #expect(metrics.totalTime == 4 && metrics.deviceTime == 1.5 && metrics.overhead == 0.625)
  }

  @Test func aRunnerThatIsLostIsToldOf() async throws {
    struct Death: Error, CustomStringConvertible { let description = "signal 9" }
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let script = format.tokenizer.encode("One two three four five", addSpecialTokens: false)
    let lives = Mutex(1)
    let mortal = try await assistant(
      script, format,
      beforeStep: { step in
        guard step.number == 3 else { return }
        try lives.withLock { lives in
          defer { lives = 0 }
          if lives > 0 { throw Death() }
        }
      })
    var options = GenerationOptions()
    options.maxNewTokens = 5
    var session = format.makeSession()
    let result = try await mortal.answer("Hello?", in: &session, options: options) { _ in }
    #expect(result.tokens == Array(script.prefix(5)) && result.loss == "signal 9")
    session.reset()
    #expect(try await mortal.answer("Hello?", in: &session, options: options) { _ in }.loss == nil)
  }

  @Test func aPromptThatDoesNotFitIsRefusedWithWhatHelps() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let assistant = try await assistant([5], format, context: 16)
    var session = format.makeSession()
    await #expect {
      try await assistant.answer(
        String(repeating: " word", count: 17), in: &session, options: .init()
      ) { _ in }
    } throws: { error in
      let error = error as? GenerationError
      return error?.code == .badPrompt && error?.message.contains("tokens, the context holds 16") == true
        && error?.mend.hasSuffix("; or give it more") == true
    }
    #expect(session.messages.isEmpty)
  }

  /// The context has 1000 tokens.
  @Test func theOldestTurnsMakeRoom() async throws {
    let format = try PromptFormat(folder: Self.tokenizer, style: .chatml)
    let assistant = try await assistant([5], format)
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

  @Test func anNPUsBusyTimeIsThatOfTheAnswer() async throws {
    let folder = try TemporaryFolder()
    let device = folder.path + "/sys/class/accel/accel0/device"
    try FileManager.default.createDirectory(atPath: device, withIntermediateDirectories: true)
    let counter = "sys/class/accel/accel0/device/npu_busy_time_us"
    try folder.write("1000000\n", to: counter)
    let format = try PromptFormat(folder: Self.tokenizer, style: .raw)
    let path = folder.path + "/" + counter
    let assistant = try await assistant(
      [5], format, npu: NPUBusyTime(root: folder.path),
      beforeStep: { _ in try Data("3500000\n".utf8).write(to: URL(filePath: path)) })
    var session = format.makeSession()
    var options = GenerationOptions()
    options.maxNewTokens = 2
    let result = try await assistant.answer("Hello?", in: &session, options: options) { _ in }
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
