// Dispatch does not say yet that its timers may be shared.
@preconcurrency import Dispatch
import Supervisor
import Synchronization

/// What loading a model shows on stderr; on a terminal with the time that has passed.
final class LoadScreen: Sendable {
  private struct State {
    /// The line that is open, without its end; nil when there is none.
    var text: String?
    /// Where it ends, on a terminal that another process writes to.
    var column = 0
    var begin = ContinuousClock.now
    /// What is loaded, for people.
    var subject = "model"
    /// Devices that were passed over, with their reasons, until something else is shown.
    var passedOver: [String] = []
    /// Whether nothing more is shown.
    var isOver = false
  }

  private let terminal: Terminal
  private let state = Mutex(State())
  // Ticks while a line is open; a compiler that works for minutes says nothing itself.
  private let timer: (any DispatchSourceTimer)?

  private let staysOpen: Bool
  private let seen: SeenNotes
  private let canRedraw: Bool
  /// The width of a terminal on which nothing is drawn again.
  private let columns: Int?

  /// - Parameters:
  ///   - staysOpen: whether more follows on the line of a finished load; then `end` ends it, and the screen.
  ///   - seen: what earlier runs have said about devices.
  ///   - redraws: whether lines may be drawn again, where the terminal can.
  init(
    _ terminal: Terminal = .error, staysOpen: Bool = false, seen: SeenNotes = .ofDevices, redraws: Bool = true
  ) {
    canRedraw = redraws && terminal.canRedraw
    columns = terminal.isInteractive && !canRedraw ? terminal.width : nil
    self.terminal = terminal
    self.staysOpen = staysOpen
    self.seen = seen
    timer = canRedraw ? DispatchSource.makeTimerSource(queue: .global()) : nil
    timer?.setEventHandler { [weak self] in self?.tick() }
    timer?.schedule(deadline: .now() + 1, repeating: 1)
    timer?.resume()
  }

  deinit { timer?.cancel() }

  /// Shows one event.
  func show(_ event: LoadEvent) {
    if state.withLock(\.isOver) { return }
    switch event {
    case .passedOver(let note):
      state.withLock { $0.passedOver.append("\(note.device) (\(Self.short(note.reason.text(\.option))))") }
    case .graph(let graph): state.withLock { $0.subject = graph.words }
    case .fromCache(let device): open("\(device.device) … from cache (\(device.name))")
    case .compiling(let device, _):
      let hint = device.device.hasPrefix("NPU") ? ", first run, usually 1–2 min" : ""
      open("\(device.device) … compiling for \(device.name)\(hint)")
    case .waiting: line("Another process compiles the same model; waiting for it.")
    case .discarded(let reason): line("A cache entry is not used: \(reason.text(\.option))")
    case .otherEngine(let engine, let reason):
      let what =
        engine.map { "the \($0.rawValue) engine is not used" } ?? "compiling once more, in another way"
      line(terminal.styled("\(what): \(Self.short(reason.text(\.option)))", .dim))
    case .modelWritableByOthers(let reason):
      line("\(terminal.styled("warning:", .yellow)) others may change the model: \(reason)")
    case .cacheWarning(let error):
      let report = error.report
      line("\(terminal.styled("warning:", .yellow)) \(report.what)")
      if !report.mend.isEmpty { line("  mend: \(ErrorReport.phrase(report.mend))") }
    case .loaded(let report):
      add((report.kernels == .oven ? ", Oven's kernels" : "") + (report.tuned.isEmpty ? "" : ", tuned"))
      add(", \(Units.time(report.seconds))")
      if !staysOpen { end() }
    case .checked(.passed(let agreement)):
      add(", agrees with the CPU on \(Int(agreement * 100)) % of a test")
    case .checked: break
    case .warmedUp(let seconds): add(", warm-up \(Units.time(seconds))")
    }
  }

  /// Adds to the open line.
  func add(_ text: String) {
    state.withLock { state in
      guard let open = state.text else { return }
      state.text = open + text
      canRedraw ? redraw(open + text) : write(text, &state)
    }
  }

  /// Ends the open line.
  func end() {
    state.withLock { state in
      close(&state)
      state.isOver = staysOpen
    }
  }

  /// Begins a line about what is loaded to `place`.
  private func open(_ place: String) {
    state.withLock { state in
      close(&state)
      tellPassedOver(&state)
      let text = "Loading \(state.subject) to \(place)"
      state.text = text
      state.begin = .now
      state.column = 0
      canRedraw ? redraw(text) : write(text, &state)
    }
  }

  private func line(_ text: String) {
    state.withLock { state in
      close(&state)
      tellPassedOver(&state)
      state.column = 0
      write(text, &state)
      terminal.line()
    }
  }

  /// Writes what cannot be drawn again. Where somebody reads it on a terminal, it is broken between words, and what is
  /// added to a full line goes on in the next.
  private func write(_ text: String, _ state: inout State) {
    guard let columns else { return terminal.write(text) }
    var text = text
    if state.column > 0, state.column + TerminalText.width(text) > columns, text.hasPrefix(", ") {
      terminal.write(",\n")
      text = String(text.dropFirst(2))
      state.column = 0
    }
    let lines = TextWrap.lines(text, width: columns)
    terminal.write(lines.joined(separator: "\n"))
    state.column = (lines.count > 1 ? 0 : state.column) + TerminalText.width(lines[lines.count - 1])
  }

  /// One line for all devices that are not used, and none where an earlier run has said the same.
  private func tellPassedOver(_ state: inout State) {
    let notes = state.passedOver
    state.passedOver = []
    guard !seen.new(notes).isEmpty else { return }
    let text = "Not used: \(notes.joined(separator: ", ")). oven doctor says more."
    terminal.note(text)
  }

  private func close(_ state: inout State) {
    guard let text = state.text else { return }
    // For good, and whole: now it may wrap.
    if canRedraw {
      let lines = TextWrap.lines(text, width: terminal.width).map { TerminalText.safe($0) }
      terminal.send("\r\u{1B}[K" + lines.joined(separator: "\n"))
    }
    terminal.line()
    state.text = nil
  }

  private func tick() {
    state.withLock { state in
      guard let text = state.text else { return }
      let seconds = Double((ContinuousClock.now - state.begin).components.seconds)
      let time = seconds < 60 ? "\(Int(seconds)) s" : Units.time(seconds)
      redraw(text, ", \(time)")
    }
  }

  /// A line that wraps could not be drawn again: its end is left out until it is done.
  private func redraw(_ text: String, _ ending: String = "") {
    let room = terminal.width - 1 - ending.count
    let shown = text.count <= room ? text : text.prefix(max(0, room - 1)) + "…"
    terminal.send("\r\(TerminalText.safe(shown + ending))\u{1B}[K")
  }

  /// A plugin's reason in at most 80 characters; `oven doctor` tells the whole of it.
  static func short(_ reason: String) -> String {
    if let missing = reason.range(of: ": cannot open shared object file") {
      let library = reason[..<missing.lowerBound].split(separator: " ").last.map(String.init) ?? "a library"
      return "\(library) is missing"
    }
    if reason.contains("Unsupported configuration key") { return "there is none" }
    let line = reason.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return line.count <= 80 ? line : line.prefix(79) + "…"
  }
}

extension ModelFolder.Graph {
  /// The graph as a noun.
  fileprivate var words: String {
    switch self {
    case .stateful: "model"
    case .prefill: "prefill graph"
    case .inputs: "the host's part"
    case .decode: "decode graph"
    }
  }
}
