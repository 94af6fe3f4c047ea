import Errors
import Files
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
  private let lock: FileLock

  /// Takes the staging folder of `destination`, creating it and the folders above where needed.
  ///
  /// - Parameter keepsLeftover: keep what an unfinished bake left there (to resume it) instead of removing it.
  /// - Throws: `BakeError` of code `busy` while another process bakes into the same destination,
  ///   `cannotCreate` or `permission` where the folder cannot be made.
  public init(for destination: URL, keepsLeftover: Bool) throws(BakeError) {
    self.destination = destination.standardizedFileURL
    let parent = self.destination.deletingLastPathComponent()
    url = parent.appending(path: ".\(self.destination.lastPathComponent).baking", directoryHint: .isDirectory)
    let path = url.path
    // The name can be guessed: a link that somebody put there leads to a folder that is not ours to write or to empty.
    let there = FileStatus(at: path, followsLinks: false)
    if let there { try Self.check(there, path) }
    do throws(FileError) {
      try Folders.make(parent.path)
      if there == nil { try Folders.create(path) }
    } catch  where error.number != .fileExists {
      throw BakeError(error)
    } catch {}
    let lock = try BakeError.writing { () throws(FileError) in try FileLock.attempt(folder: path) }
    guard let lock else {
      throw BakeError(
        .busy, "another bake into \(self.destination.path) is running",
        why: "the folder \(url.lastPathComponent) beside it is locked by a living process",
        advice: "wait for it to finish, or choose another folder with \(setting: .output)")
    }
    self.lock = lock
    isLeftover = there != nil && keepsLeftover
    if there != nil, !keepsLeftover { try remove { _ in true } }
  }

  /// Refuses what no bake of this user made.
  private static func check(_ status: FileStatus, _ path: String) throws(BakeError) {
    let why: String
    switch status.kind {
    case .folder where status.owner == Owners.user || status.owner == 0: return
    case .folder: why = "the folder belongs to \(Owners.name(ofUser: status.owner))"
    case .link: why = "it is a symbolic link, and what it leads to would be written and emptied"
    case .file, .other: why = "it is no folder"
    }
    throw BakeError(
      .cannotCreate, "\(path) is in the way of the bake", why: why,
      advice: "look at it and remove it, or choose another folder with \(setting: .output)")
  }

  /// The path of a file in the folder.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a whole small file; `name` may be that of a file in a folder inside.
  /// - Throws: `BakeError` of code `io`.
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws(BakeError) {
    let (path, bytes) = (path(name), Array(bytes))
    try BakeError.writing { () throws(FileError) in
      if name.utf8.contains(UInt8(ascii: "/")) { try Folders.make(Folders.parent(of: path)) }
      let file = try OpenFile(writing: path)
      try file.truncate(to: 0)
      try file.write(bytes)
    }
  }

  /// Gives the finished folder its final name, atomically replacing what is there if `replacing` is set.
  ///
  /// Everything is on the disk before the name changes, so that a power cut leaves the old or the new one.
  /// - Throws: `BakeError` of code `cannotCreate` where the destination exists and may not be replaced.
  public func publish(replacing: Bool) throws(BakeError) {
    let (staging, final) = (url.path, destination.path)
    try BakeError.writing { () throws(FileError) in
      for name in try Folders.names(in: staging) { try Rename.synchronize(staging + "/" + name) }
      try Rename.synchronize(staging)
    }
    if FileStatus(at: final) != nil {
      guard replacing || Destination(url: destination).isFree else {
        throw BakeError.destinationExists(destination.path)
      }
      try BakeError.writing { () throws(FileError) in try Rename.exchange(staging, final) }
      // What was the old folder now has the staging name; losing a race with a crash here loses nothing.
      Removal.quietly(staging)
    } else {
      try BakeError.writing { () throws(FileError) in try Rename.replace(staging, to: final) }
    }
    try BakeError.writing { () throws(FileError) in try Rename.synchronize(Folders.parent(of: final)) }
  }

  /// Removes the folder with everything in it.
  public func discard() { Removal.quietly(url.path) }

  /// Removes what is in the folder under names that `condition` is true of.
  func remove(where condition: (String) -> Bool) throws(BakeError) {
    let path = url.path
    try BakeError.writing { () throws(FileError) in try Removal.contents(of: path, where: condition) }
  }
}

extension BakeError {
  /// The destination is there and `--force` was not given.
  static func destinationExists(_ path: String) -> BakeError {
    BakeError(
      .cannotCreate, "\(path) exists already", why: "a bake does not replace a folder unless it is told to",
      advice:
        "choose another folder with \(setting: .output), or replace it with \(setting: .replacesDestination)")
  }

  /// The disk is full.
  static func diskFull(_ path: String) -> BakeError {
    BakeError(
      .io, "no space left while writing \(path)", why: "the disk is full; nothing half-done was kept",
      advice: "free some space, or bake to another disk with \(setting: .output)")
  }
}
