import Hub
import Synchronization

/// What a download shows while it works and at the end: all of it on stderr.
final class HubScreen: Sendable {
  private let terminal = Terminal.error
  private let bar = Mutex<ProgressBar?>(nil)
  private let notes = Mutex(DownloadNotes())
  private let tell: FetchTeller?

  /// A screen.
  ///
  /// - Parameter tell: told besides how far a download is.
  init(tell: FetchTeller? = nil) { self.tell = tell }

  /// Shows one event.
  func show(_ event: HubEvent) {
    switch event {
    case .progress(let progress):
      tell?(.download(done: progress.bytesDone, of: progress.bytesTotal))
      bar.withLock { bar in
        if bar == nil { bar = ProgressBar("Downloading", total: progress.bytesTotal, on: terminal) }
        let files = "\(progress.filesDone)/\(progress.filesTotal) files"
        let sizes = "\(Units.bytes(progress.bytesDone)) of \(Units.bytes(progress.bytesTotal))"
        bar?.update(progress.bytesDone, detail: "\(files), \(sizes)")
      }
    case .ready: break
    case .waiting, .again: notes.withLock { $0.note(event) }.map(note)
    }
  }

  /// Shows where the files are from.
  func show(_ snapshot: HubSnapshot) {
    let total = snapshot.files.reduce(0) { $0 + $1.size }
    let name = "\(snapshot.id) at \(snapshot.commit.prefix(8))"
    switch snapshot.origin {
    case .hub where snapshot.bytesFetched == 0:
      terminal.line(
        "\(terminal.styled("Ready", .green)) \(name): \(Units.bytes(total)), all of it in the cache before")
    case .hub:
      terminal.line(
        "\(terminal.styled("Ready", .green)) \(name): \(Units.bytes(total)) in \(snapshot.files.count) files, "
          + "\(Units.bytes(snapshot.bytesFetched)) fetched")
    case .offlineCache:
      terminal.line("\(terminal.styled("Ready", .green)) \(name): from the cache (HF_HUB_OFFLINE)")
    case .cacheAfterFailure(let reason):
      note("\(reason); the copy in the cache is used, which may not be the newest: \(name)")
    }
  }

  /// Takes the progress bar away.
  func finish() {
    bar.withLock { bar in
      bar?.finish()
      bar = nil
    }
  }

  private func note(_ text: String) {
    finish()
    terminal.line("\(terminal.styled("note:", .yellow)) \(text)")
  }
}
