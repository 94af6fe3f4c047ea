/// An error of a source that may be gone the next time: a cut connection, a server that is down, a full disk.
///
/// Whoever has made something of what was read before can go on from there later.
public protocol SourceInterruption: Error {
  /// Whether what was read before the error is as good as ever. Not so where the content itself is doubtful.
  var leavesEarlierReadsGood: Bool { get }
}
