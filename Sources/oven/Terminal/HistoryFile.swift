import Files
import Foundation
import JSON

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
    guard let folder = UserFolders(environment).state else { return nil }
    self.init(path: folder + "/oven/history")
  }

  /// The entries, the oldest first; lines that are damaged are left out.
  package func entries() -> [String] {
    // A link to /dev/null is a user's way to say no, and a huge file is not ours.
    guard FileStatus(at: path, followsLinks: false)?.kind == .file,
      let bytes = SmallFile.bytes(at: path, limit: limit * Self.longestEntry)
    else { return [] }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    return lines.compactMap { (try? JSON(parsing: Array($0)))?.string }.suffix(limit)
  }

  /// Adds an entry behind those that are in the file by now, which another chat may have added.
  package func add(_ entry: String) {
    guard !entry.isEmpty, entry.utf8.count <= Self.longestEntry else { return }
    if let status = FileStatus(at: path, followsLinks: false), status.kind != .file { return }
    var entries = entries()
    guard entries.last != entry else { return }
    entries.append(entry)
    let text = entries.suffix(limit).map { JSON.string($0).serialized() + "\n" }.joined()
    try? Folders.make(Folders.parent(of: path), permissions: 0o700)
    try? SmallFile.replace(path, with: Array(text.utf8), permissions: 0o600)
  }
}
