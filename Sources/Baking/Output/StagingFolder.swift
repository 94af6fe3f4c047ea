import Foundation

/// The folder in which a bake is written, until it is whole and takes its final name.
///
/// It is a hidden sibling of the destination, so that the last step is a rename inside one file system. Whoever
/// works in it holds a lock on it that the operating system drops when the process dies, however it dies.
public final class StagingFolder {
  /// Where the finished folder will be.
  public let destination: URL
  /// Where it is being written.
  public let url: URL
  /// Whether the folder was there already, left by a bake that did not finish.
  public let isLeftover: Bool
  private let lock: FolderLock

  /// Takes the staging folder of `destination`, creating it and the folders above where needed.
  ///
  /// - Parameter keepsLeftover: keep what an unfinished bake left there (to resume it) instead of removing it.
  /// - Throws: `BakeError` of code `busy` while another process bakes into the same destination,
  ///   `cannotCreate` or `permission` where the folder cannot be made.
  public init(for destination: URL, keepsLeftover: Bool) throws(BakeError) {
    self.destination = destination.standardizedFileURL
    let parent = self.destination.deletingLastPathComponent()
    url = parent.appending(path: ".\(self.destination.lastPathComponent).baking", directoryHint: .isDirectory)
    let existed = FileManager.default.fileExists(atPath: url.path)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw BakeError.cannotWrite(url.path, error)
    }
    guard let lock = try FolderLock(path: url.path) else {
      throw BakeError(
        .busy, "another bake into \(self.destination.path) is running",
        why: "the folder \(url.lastPathComponent) beside it is locked by a living process",
        mend: "wait for it to finish, or choose another folder with -o")
    }
    self.lock = lock
    isLeftover = existed && keepsLeftover
    if existed, !keepsLeftover { try remove { _ in true } }
  }

  /// The path of a file in the folder.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a whole small file.
  /// - Throws: `BakeError` of code `io`.
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws(BakeError) {
    do {
      try Data(bytes).write(to: url.appending(path: name))
    } catch {
      throw BakeError.cannotWrite(path(name), error)
    }
  }

  /// Gives the finished folder its final name, atomically replacing what is there if `replacing` is set.
  ///
  /// Everything is on the disk before the name changes, so that a power cut leaves the old or the new one.
  /// - Throws: `BakeError` of code `cannotCreate` where the destination exists and may not be replaced.
  public func publish(replacing: Bool) throws(BakeError) {
    try DurableRename.synchronize(folder: url.path)
    if FileManager.default.fileExists(atPath: destination.path) {
      guard replacing || Destination(url: destination).isFree else {
        throw BakeError.destinationExists(destination.path)
      }
      try DurableRename.exchange(url.path, destination.path)
      // What was the old folder now has the staging name; losing a race with a crash here loses nothing.
      try? FileManager.default.removeItem(at: url)
    } else {
      try DurableRename.rename(url.path, to: destination.path)
    }
    try DurableRename.synchronize(directory: destination.deletingLastPathComponent().path)
  }

  /// Removes the folder with everything in it.
  public func discard() {
    try? FileManager.default.removeItem(at: url)
  }

  /// Removes what is in the folder under names that `condition` is true of.
  func remove(where condition: (String) -> Bool) throws(BakeError) {
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: url.path) where condition(name) {
        try FileManager.default.removeItem(at: url.appending(path: name))
      }
    } catch {
      throw BakeError.cannotWrite(url.path, error)
    }
  }
}

extension BakeError {
  /// The destination is there and `--force` was not given.
  static func destinationExists(_ path: String) -> BakeError {
    BakeError(
      .cannotCreate, "\(path) exists already", why: "a bake does not replace a folder unless it is told to",
      mend: "choose another folder with -o, or replace it with --force")
  }

  /// A file or folder could not be written, for the reason that Foundation's error gives.
  static func cannotWrite(_ path: String, _ error: any Error) -> BakeError {
    let cocoa = error as? CocoaError
    let reason = (cocoa?.underlying as? POSIXError)?.code
    switch (cocoa?.code, reason) {
    case (.fileWriteOutOfSpace, _), (_, .ENOSPC): return .diskFull(path)
    case (.fileWriteNoPermission, _), (_, .EACCES), (_, .EPERM), (_, .EROFS):
      return BakeError(
        .permission, "cannot write \(path)", why: "this user may not write there",
        mend: "choose a folder of your own with -o, or change its permissions")
    default:
      return BakeError(
        .cannotCreate, "cannot write \(path)",
        why: reason.map { String(cString: strerror($0.rawValue)) } ?? error.localizedDescription,
        mend: "choose another folder with -o")
    }
  }

  /// The disk is full.
  static func diskFull(_ path: String) -> BakeError {
    BakeError(
      .io, "no space left while writing \(path)", why: "the disk is full; nothing half-done was kept",
      mend: "free some space, or bake to another disk with -o")
  }
}
