// Dispatch does not say yet that its timers may be shared.
@preconcurrency import Dispatch
import Synchronization

/// A line on stderr while an answer is awaited: how far its prompt is, for how long. Only on a terminal, and only after
/// a second; it goes away before anything else is written.
final class PromptWatch: Sendable {
  private struct State {
    var done = 0
    var total = 0
    var activity = "reading the prompt"
    var begin = ContinuousClock.now
    var isVisible = false
    var isOver = false
  }

  private let terminal: Terminal
  private let state = Mutex(State())
  private let timer: (any DispatchSourceTimer)?

  init(_ terminal: Terminal = .error) {
    self.terminal = terminal
    timer = terminal.canRedraw ? DispatchSource.makeTimerSource(queue: .global()) : nil
    timer?.setEventHandler { [weak self] in self?.tick() }
    timer?.schedule(deadline: .now() + 1, repeating: 0.5)
    timer?.resume()
  }

  deinit { timer?.cancel() }

  /// So many tokens of so many are computed.
  func note(done: Int, total: Int) {
    state.withLock { ($0.done, $0.total) = (done, total) }
  }

  /// The prompt is read, and the model thinks unseen.
  func think() {
    state.withLock { state in
      if state.activity != "thinking" { (state.activity, state.begin, state.total) = ("thinking", .now, 0) }
      state.isOver = false
    }
  }

  /// Takes the line away; it comes back only where the model thinks unseen.
  func end() {
    state.withLock { state in
      if state.isVisible { terminal.send("\r\u{1B}[K") }
      (state.isVisible, state.isOver) = (false, true)
    }
  }

  private func tick() {
    state.withLock { state in
      guard !state.isOver else { return }
      let seconds = Int((ContinuousClock.now - state.begin) / .seconds(1))
      var text = state.activity
      if state.total > 0, state.done < state.total { text += ", \(state.done) of \(state.total) tokens" }
      text = String("\(text), \(seconds) s".prefix(max(0, terminal.width - 1)))
      terminal.send("\r" + TerminalText.safe(terminal.styled(text, .dim)) + "\u{1B}[K")
      state.isVisible = true
    }
  }
}
