import ArgumentParser
import Files
import Generation
import OpenVINO
import Supervisor

/// The interactive chat: questions from the terminal, answers to stdout, everything else on stderr.
struct ChatScreen {
  private var folder: ModelFolder
  private var format: PromptFormat
  private let answer: AnswerOptions
  private let runtime: RuntimeOptions
  private let runner: RunnerOptions
  private var settings: ChatSettings
  private let editor = LineEditor(history: .ofChat, completion: .ofChat)
  private let signals = SignalWatch()
  private let terminal = Terminal.error
  /// Nil while none could be loaded.
  private var ready: ReadyModel?
  private var session: ChatSession
  private var last: MetricsReport?
  private var totals = ChatTotals()
  /// Text of `--file` that goes with the first question.
  private var attached: [String]
  /// What stands in the editor when it opens next: a question that is to be changed.
  private var draft = ""
  private var wasWarned = false

  /// Loads the model.
  init(
    model: String, answer: AnswerOptions, runtime: RuntimeOptions, runner: RunnerOptions,
    sampling: SamplingOptions
  ) async throws {
    folder = try ModelFolder(named: model)
    let start = try ModelStart(folder, runtime, runner)
    format = try TokenizerChoice.format(answer.tokenizerId, for: folder, style: answer.chatStyle)
    self.answer = answer
    self.runtime = runtime
    self.runner = runner
    settings = ChatSettings(sampling.options, isRaw: answer.raw, hidesThinking: answer.hideThinking)
    attached = try answer.files.map(QuestionText.file)
    session = format.makeSession()
    session.setSystem(answer.system)
    if !attached.isEmpty {
      try PromptCheck(folder: folder, runtime: runtime).check(attached.joined(separator: "\n\n"), in: session)
    }
    // What is typed while the model loads is for the chat, and not for the screen.
    editor.begin()
    let format = format
    ready = try await signals.loading { try await start.ready(format) }
  }

  /// Converses until the user or a signal ends it.
  mutating func run() async throws {
    note("Ask away; /help lists the commands, Ctrl-D ends.")
    if !attached.isEmpty { note("\(answer.files.joined(separator: ", ")) goes with the first question.") }
    signals.beginAnswer()
    defer { editor.close() }
    loop: while !signals.isTerminated {
      let text = draft
      draft = ""
      switch editor.read(prompt: "> ", text: text, shouldStop: { [signals] in signals.isTerminated }) {
      case .line(let line): if await !handle(ChatSlash(line)) { break loop }
      case .interrupted: note("Ctrl-D or /exit ends.")
      case .ended, .stopped: break loop
      }
    }
    if totals.answers > 0 { note(totals.line(peakMemory: await peakMemory())) }
    await ready?.close()
    // Scripts that end a chat within an answer see that it is not whole.
    if signals.isTerminated, last?.result.reason == .cancelled {
      throw ExitCode(ExitStatus.terminated.rawValue)
    }
  }

  /// Carries a line out. Its errors are shown and the chat goes on.
  /// - Returns: False to end.
  private mutating func handle(_ line: ChatSlash) async -> Bool {
    do {
      switch line {
      case .question(let text): if text.contains(where: { !$0.isWhitespace }) { try await ask(text) }
      case .help:
        ChatSlash.helpLines(width: terminal.width).forEach { terminal.line(terminal.styled($0, .dim)) }
      case .system(let text): setSystem(text)
      case .reset:
        session.reset()
        wasWarned = false
        note("A new conversation.")
      case .regen: try await regenerate()
      case .undo: takeBack { "Taken back: \($0)" }
      case .edit: takeBack { _ in "Change the question, and ask it again:" }.map { draft = $0 }
      case .set(let name, let value): try set(name, value)
      case .show: show()
      case .save(let path):
        try ChatFile.save(session.messages, to: path)
        note("\(session.messages.count) messages in \(path)")
      case .load(let path):
        session.replaceMessages(try ChatFile.load(path))
        note("\(session.messages.count) messages; the next answer goes on from there.")
      case .metrics: await showMetrics()
      case .device(let name): try await setDevice(name)
      case .model(let name): try await setModel(name)
      case .mistake(let text): note(text)
      case .exit: return false
      }
    } catch {
      show(ErrorReport(error))
    }
    return true
  }

  private mutating func ask(_ text: String) async throws {
    let question = (attached + [text]).joined(separator: "\n\n")
    let before = session
    let isWhole = try await answer(question)
    // A question that was stopped before its answer takes nothing with it.
    if isWhole { attached = [] } else { session = before }
  }

  /// - Returns: False where nothing was answered.
  private mutating func answer(_ question: String) async throws -> Bool {
    guard let ready else {
      throw ErrorReport(
        what: "no model is loaded", why: "no device has taken it since the last /device",
        mend: "choose another: /device CPU", status: .unavailable)
    }
    signals.beginAnswer()
    // A signal after this is the first of its kind again.
    defer { signals.beginAnswer() }
    let dropped = try ready.assistant.makeRoom(for: question, in: &session)
    if dropped > 0 {
      wasWarned = false
      note(
        "The context of \(ready.assistant.contextLength) tokens is full: "
          + "\(dropped == 1 ? "the oldest turn is" : "the \(dropped) oldest turns are") left out.")
    }
    let turn = AnswerTurn(
      ready: ready, sampling: settings.options,
      show: .init(isRaw: settings.isRaw, hidesThinking: settings.hidesThinking))
    let beginsThinking = turn.beginsThinking(question, session)
    let result = try await turn.run(question, in: &session) { [signals] in
      RawTerminal.restore()
      return signals.shouldStop
    }
    totals.add(result.metrics)
    let report = MetricsReport(
      result: result, load: ready.report, warmUpSeconds: ready.warmUpSeconds, peakMemory: await peakMemory())
    last = report
    if let loss = turn.loss(result) { note(loss) }
    let isTakenBack = result.reason == .cancelled && result.tokens.isEmpty
    note(
      [
        turn.unseen(result, beginsThinking: beginsThinking), turn.cut(result),
        isTakenBack ? "the question is taken back" : report.shortLine,
      ]
      .compactMap { $0 }.joined(separator: "; "))
    warn(of: result, ready.assistant)
    return !isTakenBack
  }

  /// Says once that a context will soon be full.
  private mutating func warn(of result: GenerationResult, _ assistant: Assistant) {
    let used = result.metrics.promptTokens + result.metrics.generatedTokens
    guard used * 5 >= assistant.contextLength * 4, !wasWarned else { return }
    wasWarned = true
    note(
      "The context is \(min(100, used * 100 / assistant.contextLength)) % full (\(used) of "
        + "\(assistant.contextLength) tokens): soon the oldest turns are left out. /reset begins anew.")
  }

  private mutating func regenerate() async throws {
    let before = session
    guard let question = session.takeBack() else { return note("There is no question yet.") }
    do {
      if try await !answer(question) { session = before }
    } catch {
      session = before
      throw error
    }
    let options = (ready?.assistant.defaults ?? .init()).merged(with: settings.options)
    if options.doSample != true || options.temperature == 0 || options.seed != nil {
      note("With these settings answers hardly vary: /set temperature 0.8 makes them.")
    }
  }

  @discardableResult
  private mutating func takeBack(_ say: (String) -> String) -> String? {
    guard let question = session.takeBack() else {
      note("There is no question yet.")
      return nil
    }
    let short = question.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    note(say(short.count > 60 ? short.prefix(59) + "…" : short))
    return question
  }

  private mutating func set(_ name: String?, _ value: String?) throws {
    let defaults = ready?.assistant.defaults ?? .init()
    guard let name else {
      return settings.lines(defaults: defaults).forEach { terminal.line(terminal.styled($0, .dim)) }
    }
    do {
      try settings.set(name, to: value ?? "-", defaults: defaults)
      note("\(name) is " + (value == nil || value == "-" ? "what it usually is" : value ?? "") + ".")
    } catch {
      note(error.message)
    }
  }

  private func show() {
    let name = ModelStore()?.name(ofFolder: folder.folder)
    note("model: \(name.map { "\($0), " } ?? "")\(folder.folder)")
    if let ready {
      let report = ready.report
      note("device: \(report.device.device) (\(report.device.name)), \(report.engine.rawValue) engine")
      // As a next question would begin.
      var next = session
      let used = (try? next.ask("").count) ?? 0
      let turns = session.messages.count { $0.role == "user" }
      note(
        "context: \(turns == 1 ? "1 question" : "\(turns) questions"), about \(used) of \(ready.assistant.contextLength) tokens"
      )
    }
    if let system = session.messages.first(where: { $0.role == "system" }) {
      note("system: \(system.content)")
    }
    settings.lines(defaults: ready?.assistant.defaults ?? .init()).forEach {
      terminal.line(terminal.styled($0, .dim))
    }
  }

  private mutating func setSystem(_ text: String?) {
    guard let text else {
      let current = session.messages.first { $0.role == "system" }?.content
      return note(current.map { "The system's message: \($0)" } ?? "There is no system's message.")
    }
    session.setSystem(text == "-" ? nil : text)
    note(text == "-" ? "The system's message is removed." : "The system's message is set.")
  }

  /// The bytes that this process and the one that computes took at most.
  private func peakMemory() async -> Int { HostResources.peakMemory + (await ready?.peakMemory() ?? 0) }

  private func showMetrics() async {
    guard let last else { return note("Nothing was answered yet.") }
    last.lines.forEach { note($0) }
    note("in total: " + totals.line(peakMemory: await peakMemory()))
  }

  /// The conversation stays. Two models at once may be more than the machine holds, so the first goes before the second
  /// is loaded, and comes back, from the cache, if the other device cannot take over.
  private mutating func setDevice(_ name: String?) async throws {
    guard let name else {
      return note(ready.map { "\($0.report.device.device) (\($0.report.device.name))" } ?? "no device")
    }
    // What is not there is refused while the model still is.
    _ = try DeviceChoice(request: name, properties: runtime.userProperties, catalog: Core())
    try await exchange(folder, format, device: name)
  }

  private mutating func setModel(_ name: String?) async throws {
    guard let name else { return note(folder.folder) }
    let other = try ModelFolder(named: name)
    let format = try TokenizerChoice.format(nil, for: other, style: answer.chatStyle)
    let messages = session.messages
    let before = folder
    try await exchange(other, format, device: nil)
    guard folder != before || other == before else { return }
    session = format.makeSession()
    session.replaceMessages(messages)
    note("The conversation goes on with \(name).")
  }

  private mutating func exchange(
    _ other: ModelFolder, _ otherFormat: PromptFormat, device: String?
  ) async throws {
    let before = ready?.report.device
    await ready?.close()
    ready = nil
    do {
      ready = try await load(other, otherFormat, device)
      (folder, format) = (other, otherFormat)
    } catch {
      guard let before else { throw error }
      show(ErrorReport(error))
      note("Going back to \(other == folder ? before.device : folder.folder).")
      ready = try await load(folder, format, before.device)
    }
  }

  private func load(
    _ folder: ModelFolder, _ format: PromptFormat, _ device: String?
  ) async throws -> ReadyModel {
    try await signals.loading { try await ModelStart(folder, runtime, runner, device: device).ready(format) }
  }

  private func show(_ report: ErrorReport) {
    report.show(on: terminal)
  }

  private func note(_ text: String) { terminal.note(text) }
}

extension ChatCompletion {
  /// Over the files here and the models of the store.
  static let ofChat = ChatCompletion(
    list: { folder in
      let folder = UserFolders().expanded(folder)
      return Folders.readableNames(in: folder).map { name in
        FileStatus(at: folder + "/" + name)?.isFolder == true ? name + "/" : name
      }
    }, models: { ModelStore()?.names ?? [] })
}
