import NIOConcurrencyHelpers

/// Counts bytes and files of one download, and tells about it now and then.
package final class ProgressMeter: Sendable {
  private struct State {
    var progress: HubProgress
    var lastTold: Duration?
    /// When and how much had been fetched, over the last seconds.
    var samples: [(at: Duration, bytes: Int)] = []
  }

  private let state: NIOLockedValueBox<State>
  private let now: @Sendable () -> Duration
  private let handler: HubEventHandler

  package init(files: [HubFile], now: @escaping @Sendable () -> Duration, handler: @escaping HubEventHandler)
  {
    let total = files.reduce(0) { $0 + $1.size }
    let progress = HubProgress(
      bytesDone: 0, bytesTotal: total, filesDone: 0, filesTotal: files.count, bytesFetched: 0,
      bytesPerSecond: 0)
    state = NIOLockedValueBox(State(progress: progress))
    self.now = now
    self.handler = handler
  }

  /// Bytes came over the network.
  package func fetched(_ count: Int) {
    change {
      $0.bytesDone += count; $0.bytesFetched += count
    }
  }

  /// Bytes were there already, or (negative) turned out to be of no use.
  package func reused(_ count: Int) { change { $0.bytesDone += count } }

  /// A file is complete.
  package func finished(_ file: HubFile, path: String) {
    change(always: true) { $0.filesDone += 1 }
    handler(.ready(file, path: path))
  }

  package var current: HubProgress { state.withLockedValue { $0.progress } }

  package func tell(_ event: HubEvent) { handler(event) }

  private func change(always: Bool = false, _ body: (inout HubProgress) -> Void) {
    let time = now()
    let told: HubProgress? = state.withLockedValue { state in
      body(&state.progress)
      if !always, let last = state.lastTold, time - last < .milliseconds(100) { return nil }
      state.lastTold = time
      state.samples.append((time, state.progress.bytesFetched))
      while let first = state.samples.first, state.samples.count > 2, time - first.at > .seconds(5) {
        state.samples.removeFirst()
      }
      if let first = state.samples.first, time > first.at {
        let seconds = (time - first.at) / .seconds(1)
        state.progress.bytesPerSecond = Double(state.progress.bytesFetched - first.bytes) / seconds
      }
      return state.progress
    }
    if let told { handler(.progress(told)) }
  }
}
