import Supervisor

/// What loading a model shows on stderr.
struct LoadScreen: Sendable {
  private let terminal = Terminal.error

  /// Shows one event.
  func show(_ event: LoadEvent) {
    switch event {
    case .passedOver(let note):
      terminal.line(terminal.styled("\(note.device) passed over: \(note.reason)", .dim))
    case .fromCache(let device):
      terminal.write("Loading model to \(device.device) … from cache (\(device.name))")
    case .compiling(let device, _):
      let hint = device.device.hasPrefix("NPU") ? ", first run, usually 1–2 min" : ""
      terminal.write("Loading model to \(device.device) … compiling for \(device.name)\(hint)")
    case .waiting: terminal.line("Another process compiles the same model; waiting for it.")
    case .discarded(let reason): terminal.line("\nA cache entry is not used: \(reason)")
    case .cacheWarning(let error):
      terminal.line("\(terminal.styled("warning:", .yellow)) \(error.message)")
      if !error.mend.isEmpty { terminal.line("  mend: \(error.mend)") }
    case .loaded(let report): terminal.line(", \(Units.time(report.seconds))")
    }
  }
}
