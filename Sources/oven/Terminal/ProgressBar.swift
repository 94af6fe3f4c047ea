import Synchronization

/// One line that shows how far long work is, with its rate and the time left. Only on a terminal.
final class ProgressBar: Sendable {
  private struct State {
    var begin = ContinuousClock.now
    /// What was done when the bar began: it says nothing about the rate.
    var doneBefore: Int?
    var lastDrawn: ContinuousClock.Instant?
    var isVisible = false
  }

  private let terminal: Terminal
  private let title: String
  private let total: Int
  private let unit: Unit
  private let state = Mutex(State())

  /// What is counted.
  enum Unit {
    case bytes, tokens, layers
    /// What has no rate of its own.
    case steps
  }

  /// - Parameter total: how many units there are when all is done.
  init(_ title: String, total: Int, unit: Unit = .bytes, on terminal: Terminal = .error) {
    self.title = title
    self.total = total
    self.unit = unit
    self.terminal = terminal
  }

  /// Draws the bar for `done` units, at most ten times a second. `detail` stands before the rate.
  func update(_ done: Int, detail: String) {
    guard terminal.canRedraw else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      let before = state.doneBefore ?? done
      state.doneBefore = before
      if let last = state.lastDrawn, now - last < .milliseconds(100), done < total { return }
      state.lastDrawn = now
      state.isVisible = true
      let line = line(done, detail, since: before, elapsed: now - state.begin)
      terminal.send("\r" + TerminalText.safe(line) + "\u{1B}[K")
    }
  }

  /// Takes the bar away.
  func finish() {
    state.withLock { state in
      if state.isVisible { terminal.send("\r\u{1B}[K") }
      state.isVisible = false
    }
  }

  private func line(_ done: Int, _ detail: String, since before: Int, elapsed: Duration) -> String {
    let seconds = elapsed / .seconds(1)
    let fraction = total > 0 ? min(1, Double(done) / Double(total)) : 1
    let rate = seconds > 0 ? Double(max(0, done - before)) / seconds : 0
    let left = rate > 0 ? Double(total - done) / rate : 0
    let pace =
      switch unit {
      case .bytes: Units.bytes(Int(rate)) + "/s  "
      case .tokens: "\(Int(rate)) tokens/s  "
      case .layers: "\(Units.decimals(rate, 2)) layers/s  "
      case .steps: ""
      }
    // Before the first moment has passed, a rate is no rate.
    let rates = seconds < 0.3 ? "" : "  \(pace)\(Units.time(left)) left"
    let text = " \(Int(fraction * 100))%  \(detail)\(rates)"
    // A line that wraps could not be drawn again.
    guard title.count + text.count < terminal.width else {
      return String("\(title) \(Int(fraction * 100))%\(rates)".prefix(max(0, terminal.width - 1)))
    }
    let room = max(0, min(30, terminal.width - title.count - text.count - 4))
    let filled = Int(fraction * Double(room))
    let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: room - filled)
    return "\(title) \(terminal.styled(bar, .green))\(text)"
  }
}
