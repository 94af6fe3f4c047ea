import Files

/// Notes that a user has seen in an earlier run: what is still the same today is not said again. A file with one a line,
/// for this user alone; where it cannot be read or written, everything is said.
package struct SeenNotes: Sendable {
  private let path: String?
  /// More would be of machines that have long changed.
  private static let limit = 64

  /// - Parameter path: the file; nil for no memory.
  package init(path: String?) { self.path = path }

  /// Those about devices.
  package static var ofDevices: SeenNotes { SeenNotes(path: UserFolders().state.map { $0 + "/oven/seen" }) }

  /// Those of `notes` that are new; all of them are seen from now on.
  package func new(_ notes: [String]) -> [String] {
    let lines = notes.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
    guard let path else { return lines }
    let seen = (SmallFile.text(at: path) ?? "").split(separator: "\n").map(String.init)
    let new = lines.filter { !seen.contains($0) }
    guard !new.isEmpty, FileStatus(at: path, followsLinks: false)?.kind ?? .file == .file else { return new }
    let kept = (seen.filter { !lines.contains($0) } + lines).suffix(Self.limit)
    try? Folders.make(Folders.parent(of: path), permissions: 0o700)
    try? SmallFile.replace(
      path, with: Array(kept.map { $0 + "\n" }.joined().utf8), permissions: 0o600)
    return new
  }
}
