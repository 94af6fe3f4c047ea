import Baking
import Hub
import Synchronization

/// What `oven bake` shows while it works and at the end: all of it on stderr.
final class BakeScreen: Sendable {
  private let terminal = Terminal.error
  private let state = Mutex(State())
  /// Told besides how far it is: whoever has asked for the model from elsewhere.
  let tell: FetchTeller?

  /// A screen.
  init(tell: FetchTeller? = nil) { self.tell = tell }

  private struct State {
    var bar: ProgressBar?
    /// The bar shows a download, which the bake follows; the weights' own bar comes after it.
    var isDownloading = false
    var tensors = 0
    var tensorCount = 0
    var sourceBytes = 0
    var sourceByteCount = 0
    var notes = DownloadNotes()
  }

  /// Shows one event.
  func show(_ event: BakeEvent) {
    switch event {
    case .stage(let text):
      tell?(.stage(text))
      line(text)
    case .note(let text): note(text)
    case .weightsBegin(let tensors, let sourceBytes):
      state.withLock { ($0.tensorCount, $0.sourceByteCount) = (tensors, sourceBytes) }
    case .weightsProgress(let tensors, let sourceBytes):
      state.withLock { state in
        (state.tensors, state.sourceBytes) = (tensors, sourceBytes)
        tell?(.bake(done: sourceBytes, of: state.sourceByteCount))
        if !state.isDownloading { drawWeights(&state) }
      }
    case .calibrationText(let tokens, let total):
      showCalibration("Writing", tokens, of: total, .tokens, "\(tokens) tokens of its own")
    case .calibrationProgress(let layers, let total, _):
      showCalibration("Calibrating", layers, of: total, .layers, "\(layers)/\(total) layers")
    case .weightsEnd, .calibrationEnd: finish()
    }
  }

  private func showCalibration(
    _ title: String, _ done: Int, of total: Int, _ unit: ProgressBar.Unit, _ detail: String
  ) {
    state.withLock { state in
      let bar = state.bar ?? ProgressBar(title, total: total, unit: unit, on: terminal)
      state.bar = bar
      bar.update(done, detail: detail)
    }
  }

  /// Shows a download that goes on while its first files are baked: one bar for both.
  func show(_ event: HubEvent) {
    switch event {
    case .progress(let progress):
      tell?(.download(done: progress.bytesDone, of: progress.bytesTotal))
      state.withLock { state in
        if !state.isDownloading {
          state.bar?.finish()
          state.bar = ProgressBar("Downloading", total: progress.bytesTotal, on: terminal)
        }
        state.isDownloading = progress.filesDone < progress.filesTotal
        let baked = state.tensorCount > 0 ? ", \(state.tensors)/\(state.tensorCount) baked" : ""
        state.bar?.update(progress.bytesDone, detail: Units.bytes(progress.bytesDone) + baked)
        if !state.isDownloading {
          state.bar?.finish()
          state.bar = nil
        }
      }
    case .ready: break
    case .waiting, .again: state.withLock { $0.notes.note(event) }.map(note)
    }
  }

  /// Shows what is going to be downloaded.
  func showBegin(of arrival: HubArrival) {
    let total = arrival.weights.reduce(0) { $0 + $1.byteCount }
    let present = total - arrival.missingByteCount
    let rest =
      present > 0 ? "\(Units.bytes(present)) of it in the cache; the rest is" : "downloaded and"
    line(
      "\(arrival.model.id) at \(arrival.model.commit.prefix(8)): \(Units.bytes(total)), \(rest) baked as it comes in"
    )
  }

  /// Shows how far `--verify` is.
  func verified(_ tokens: Int, of total: Int) {
    state.withLock { state in
      let bar = state.bar ?? ProgressBar("Verifying", total: total, unit: .tokens, on: terminal)
      state.bar = bar
      bar.update(tokens, detail: "\(tokens) tokens")
    }
  }

  /// Takes the progress bar away.
  func finish() {
    state.withLock { state in
      state.bar?.finish()
      state.bar = nil
    }
  }

  private func drawWeights(_ state: inout State) {
    if state.bar == nil {
      state.bar = ProgressBar("Weights", total: state.sourceByteCount, on: terminal)
    }
    let done = Units.bytes(state.sourceBytes)
    state.bar?.update(state.sourceBytes, detail: "\(state.tensors)/\(state.tensorCount) tensors, \(done)")
  }

  /// Writes a line in the place of the bar, which is drawn again below it.
  func line(_ text: String) {
    state.withLock { state in
      state.bar?.finish()
      terminal.line(text)
    }
  }

  private func note(_ text: String) { line("\(terminal.styled("note:", .yellow)) \(text)") }

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
    show(summaryOf: report)
  }

  /// Shows the line at the end alone.
  func show(summaryOf report: BakeReport) {
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
