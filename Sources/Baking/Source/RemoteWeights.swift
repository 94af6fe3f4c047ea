import Tensors

/// Weights that come from elsewhere while a bake runs: files that are being downloaded, or ranges of a server's.
///
/// A bake reads the headers, then calls `accept`, `begin` and `finish` in this order, and `cancel` if it fails.
public protocol RemoteWeights: Sendable {
  /// The files of the checkpoint, in its order.
  var files: [any ByteSource] { get }

  /// Bytes that they will take of the disk of the folder `path` while they come.
  func byteCount(onDiskOf path: String) -> Int

  /// Nothing was refused by the headers: from now on whole tensors are read. May be called more than once.
  func accept()

  /// The weights are read for the last time from now on, in the order of the files.
  /// - Parameter isResumed: an earlier bake has read the first of them already.
  func begin(isResumed: Bool)

  /// All weights were read.
  /// - Returns: what the user should know about how their content was checked.
  /// - Throws: the source's error where it is not what it should be.
  func finish() throws -> [String]

  /// Ends all reads and whatever they wait for. May be called at any time, by any thread.
  func cancel()
}
