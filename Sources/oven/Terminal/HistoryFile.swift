import Foundation
import JSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The lines that a user entered in earlier runs: a file with a JSON string on each line, so that an entry of several
/// lines stays one. Only its owner may read it.
///
/// It is a comfort: whatever cannot be read or written is left out without a word.
package struct HistoryFile: Sendable {
  private let path: String
  private let limit: Int
  /// Longer entries, such as a pasted document, are not kept.
  private static let longestEntry = 16_384

  /// - Parameters:
  ///   - path: The file; its folder is made when something is added.
  ///   - limit: How many entries it keeps.
  package init(path: String, limit: Int = 1000) {
    self.path = path
    self.limit = limit
  }

  /// That of the chat, in the user's folder for state (XDG Base Directory Specification); nil without a home.
  package static var ofChat: HistoryFile? { HistoryFile(environment: ProcessInfo.processInfo.environment) }

  /// As `ofChat`, with these environment variables.
  package init?(environment: [String: String]) {
    // The specification wants relative paths to be ignored.
    if let folder = environment["XDG_STATE_HOME"], folder.hasPrefix("/") {
      self.init(path: folder + "/oven/history")
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      self.init(path: home + "/.local/state/oven/history")
    } else {
      return nil
    }
  }

  /// The entries, the oldest first; lines that are damaged are left out.
  package func entries() -> [String] {
    var status = stat()
    // A link to /dev/null is a user's way to say no, and a huge file is not ours.
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Int(status.st_size) <= limit * Self.longestEntry, let data = FileManager.default.contents(atPath: path)
    else { return [] }
    let lines = data.split(separator: UInt8(ascii: "\n"))
    return lines.compactMap { (try? JSON(parsing: Array($0)))?.string }.suffix(limit)
  }

  /// Adds an entry behind those that are in the file by now, which another chat may have added.
  package func add(_ entry: String) {
    guard !entry.isEmpty, entry.utf8.count <= Self.longestEntry else { return }
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return }
    var entries = entries()
    guard entries.last != entry else { return }
    entries.append(entry)
    let text = entries.suffix(limit).map { JSON.string($0).serialized() + "\n" }.joined()
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    replace(with: Data(text.utf8))
  }

  /// Whoever reads the file sees the old entries or the new ones.
  private func replace(with data: Data) {
    let aside = "\(path).\(getpid()).new"
    let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try file.write(contentsOf: data)
      try file.close()
      guard rename(aside, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      unlink(aside)
    }
  }
}
