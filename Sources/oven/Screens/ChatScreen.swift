import Baking
import Files
import Foundation
import Generation
import JSON
import OpenVINO
import Supervisor

/// The interactive chat: questions from the terminal, answers to stdout, everything else on stderr.
struct ChatScreen {
  private let folder: ModelFolder
  private let format: PromptFormat
  private let runtime: RuntimeOptions
  private let options: GenerationOptions
  private let editor = LineEditor(history: .ofChat)
  private let signals = SignalWatch()
  private let terminal = Terminal.error
  /// Nil while none could be loaded.
  private var ready: ReadyModel?
  private var session: ChatSession
  private var last: MetricsReport?
  private var totals = ChatTotals()

  /// Loads the model.
  init(model: String, answer: AnswerOptions, runtime: RuntimeOptions, sampling: SamplingOptions) throws {
    folder = try ModelFolder(path: model)
    format = try TokenizerChoice.format(answer.tokenizerId, for: folder, style: answer.chatStyle)
    self.runtime = runtime
    options = sampling.options
    _ = try GenerationConfig(options)
    let (folder, format) = (folder, format)
    ready = try signals.loading { try ReadyModel(folder, format: format, runtime: runtime) }
    session = format.makeSession()
    session.setSystem(answer.system)
  }

  /// Converses until the user or a signal ends it.
  mutating func run() throws {
    note("Ask away; /help lists the commands, Ctrl-D ends.")
    signals.beginAnswer()
    defer { editor.close() }
    loop: while !signals.isTerminated {
      switch editor.read(prompt: "> ", shouldStop: { [signals] in signals.isTerminated }) {
      case .line(let line): if !handle(ChatSlash(line)) { break loop }
      case .interrupted: note("Ctrl-D or /exit ends.")
      case .ended, .stopped: break loop
      }
    }
    if totals.answers > 0 { note(totals.line(peakMemory: HostResources.peakMemory)) }
  }

  /// Carries a line out. Its errors are shown and the chat goes on.
  /// - Returns: False to end.
  private mutating func handle(_ line: ChatSlash) -> Bool {
    do {
      switch line {
      case .question(let text): if text.contains(where: { !$0.isWhitespace }) { try answer(text) }
      case .help: ChatSlash.helpLines.forEach { note($0) }
      case .system(let text): setSystem(text)
      case .reset:
        session.reset()
        note("A new conversation.")
      case .save(let path): try save(path)
      case .load(let path): try load(path)
      case .metrics: showMetrics()
      case .device(let name): try setDevice(name)
      case .mistake(let text): note(text)
      case .exit: return false
      }
    } catch {
      show(ErrorReport(error))
    }
    return true
  }

  private mutating func answer(_ question: String) throws {
    guard let ready else {
      throw ErrorReport(
        what: "no model is loaded", why: "no device has taken it since the last /device",
        mend: "choose another: /device CPU", status: .unavailable)
    }
    signals.beginAnswer()
    var endsInNewline = true
    defer {
      if !endsInNewline { Terminal.output.line() }
      // A signal after this is the first of its kind again.
      signals.beginAnswer()
    }
    let result = try ready.assistant.answer(
      question, in: &session, options: options, isCancelled: { [signals] in signals.shouldStop }
    ) { event in
      guard case .text(let text) = event else { return }
      Terminal.output.writeForeign(text)
      endsInNewline = text.hasSuffix("\n")
    }
    if !endsInNewline { Terminal.output.line() }
    endsInNewline = true
    totals.add(result.metrics)
    let report = MetricsReport(
      result: result, load: ready.report, warmUpSeconds: ready.warmUpSeconds,
      peakMemory: HostResources.peakMemory)
    last = report
    let ending =
      switch result.reason {
      case .cancelled: "stopped; "
      case .length: "cut at the limit of tokens or of the context (\(ready.contextLength)); "
      default: ""
      }
    note(ending + report.answerLine)
  }

  private mutating func setSystem(_ text: String?) {
    guard let text else {
      let current = session.messages.first { $0.role == "system" }?.content
      return note(current.map { "The system's message: \($0)" } ?? "There is no system's message.")
    }
    session.setSystem(text == "-" ? nil : text)
    note(text == "-" ? "The system's message is removed." : "The system's message is set.")
  }

  private func save(_ path: String) throws {
    let json: JSON = ["messages": .array(session.messages.map(\.json))]
    do {
      try Data((json.serialized(.pretty) + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ErrorReport(
        what: "cannot write \(path)", why: error.localizedDescription, mend: "name another file",
        status: .cannotCreate)
    }
    note("\(session.messages.count) messages in \(path)")
  }

  private mutating func load(_ path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ErrorReport(
        what: "cannot read \(path)", why: "", mend: "name a file that /save wrote", status: .noInput)
    }
    let json = try? JSON(parsing: Array(data))
    let list = json?["messages"]?.array ?? json?.array
    let messages = list?.compactMap(ChatMessage.init(json:))
    guard let list, let messages, messages.count == list.count else {
      throw ErrorReport(
        what: "\(path) is no conversation", why: "it is not JSON with messages of role and content",
        mend: "name a file that /save wrote", status: .badData)
    }
    session.replaceMessages(messages)
    note("\(messages.count) messages; the next answer goes on from there.")
  }

  private func showMetrics() {
    guard let last else { return note("Nothing was answered yet.") }
    last.lines.forEach { note($0) }
    note("in total: " + totals.line(peakMemory: HostResources.peakMemory))
  }

  /// The conversation stays. Two models at once may be more than the machine holds, so the first goes before the second
  /// is loaded, and comes back, from the cache, if the other device cannot take over.
  private mutating func setDevice(_ name: String?) throws {
    let before = ready?.report.device
    guard let name else { return note(before.map { "\($0.device) (\($0.name))" } ?? "no device") }
    // What is not there is refused while the model still is.
    _ = try DeviceChoice(request: name, properties: runtime.userProperties, catalog: Core())
    ready = nil
    do {
      ready = try loadModel(on: name)
    } catch {
      if let before {
        show(ErrorReport(error))
        note("Going back to \(before.device).")
        ready = try loadModel(on: before.device)
        return
      }
      throw error
    }
  }

  private func loadModel(on device: String) throws -> ReadyModel {
    let (folder, format, runtime) = (folder, format, runtime)
    return try signals.loading { try ReadyModel(folder, format: format, runtime: runtime, device: device) }
  }

  private func show(_ report: ErrorReport) {
    terminal.line("\(terminal.styled("error:", .red)) \(report.what)")
    if !report.why.isEmpty { terminal.line("  why:  \(report.why)") }
    if !report.mend.isEmpty { terminal.line("  mend: \(report.mend)") }
  }

  private func note(_ text: String) { terminal.line(terminal.styled(text, .dim)) }
}
