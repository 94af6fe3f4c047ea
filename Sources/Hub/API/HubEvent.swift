/// How far a download is.
public struct HubProgress: Sendable, Hashable {
  /// Bytes that are there: those of earlier runs and other tools included.
  public var bytesDone: Int
  /// Bytes of all files.
  public var bytesTotal: Int
  /// Files that are complete.
  public var filesDone: Int
  /// All files.
  public var filesTotal: Int
  /// Bytes that came over the network in this run.
  public var bytesFetched: Int
  /// The rate of the last seconds.
  public var bytesPerSecond: Double
}

/// What happens during a download.
public enum HubEvent: Sendable {
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
public typealias HubEventHandler = @Sendable (HubEvent) -> Void
