/// How far a download is.
package struct HubProgress: Sendable, Hashable {
  /// Bytes that are there: those of earlier runs and other tools included.
  package var bytesDone: Int
  /// Bytes of all files.
  package var bytesTotal: Int
  /// Files that are complete.
  package var filesDone: Int
  /// All files.
  package var filesTotal: Int
  /// Bytes that came over the network in this run.
  package var bytesFetched: Int
  /// The rate of the last seconds.
  package var bytesPerSecond: Double
}

/// What happens during a download.
package enum HubEvent: Sendable {
  /// Some bytes arrived; at most about ten times a second.
  case progress(HubProgress)
  /// A file is complete and checked, and lies at `path`. Weights become ready in the order of their shards.
  case ready(HubFile, path: String)
  /// Nothing is fetched for this long, because of `reason`.
  case waiting(Duration, reason: String)
  /// The content of a file was wrong or changed, and it is fetched once more.
  case again(HubFile, reason: String)
}

/// Receives events, on any thread; must be quick.
package typealias HubEventHandler = @Sendable (HubEvent) -> Void
