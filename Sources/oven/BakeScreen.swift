import Baking
import Synchronization

/// What `oven bake` shows while it works and at the end: all of it on stderr.
final class BakeScreen: Sendable {
  private let terminal = Terminal.error
  private let bar = Mutex<ProgressBar?>(nil)
  private let tensorCount = Mutex(0)

  /// Shows one event.
  func show(_ event: BakeEvent) {
    switch event {
    case .stage(let text): terminal.line(text)
    case .note(let text): terminal.line("\(terminal.styled("note:", .yellow)) \(text)")
    case .weightsBegin(let tensors, let sourceBytes):
      tensorCount.withLock { $0 = tensors }
      bar.withLock { $0 = ProgressBar("Weights", total: sourceBytes, on: terminal) }
    case .weightsProgress(let tensors, let sourceBytes):
      let total = tensorCount.withLock { $0 }
      bar.withLock {
        $0?.update(sourceBytes, detail: "\(tensors)/\(total) tensors, \(Units.bytes(sourceBytes))")
      }
    case .weightsEnd: finish()
    }
  }

  /// Shows how far `--verify` is.
  func verified(_ tokens: Int, of total: Int) {
    bar.withLock { bar in
      let shown = bar ?? ProgressBar("Verifying", total: total, unit: .tokens, on: terminal)
      bar = shown
      shown.update(tokens, detail: "\(tokens) tokens")
    }
  }

  /// Takes the progress bar away.
  func finish() {
    bar.withLock { bar in
      bar?.finish()
      bar = nil
    }
  }

  /// Shows a sentence.
  func line(_ text: String) { terminal.line(text) }

  /// Shows the table at the end.
  func show(_ report: BakeReport) {
    let worst = report.worstTensors(10)
    if !worst.isEmpty {
      var table = Table([.left, .left, .right, .right])
      table.add("worst tensors", "format", "group", "relative error")
      for tensor in worst {
        table.add(
          "  " + tensor.name, tensor.format, tensor.groupSize.map(String.init) ?? "row",
          Units.decimals(tensor.relativeError * 100, 2) + " %")
      }
      table.lines.forEach { terminal.line($0) }
    }
    let before = Units.bytes(report.sourceByteCount)
    let after = Units.bytes(report.bakedByteCount)
    terminal.line(
      "\(terminal.styled("Baked", .green)) \(Self.parameters(report.parameterCount)): "
        + "\(before) → \(after), \(Units.decimals(report.bitsPerWeight, 2)) bits per weight, "
        + "in \(Units.time(report.seconds)), peak memory \(Units.bytes(report.peakMemory))")
  }

  private static func parameters(_ count: Int) -> String {
    count < 10_000_000
      ? "\(count) parameters" : "\(Units.decimals(Double(count) / 1e6, 0)) M parameters"
  }
}
