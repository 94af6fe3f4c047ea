import Files

/// The files of the machine, or of a folder that stands for its root.
package struct DiskTree: FileTree {
  private let root: String

  /// - Parameter root: what is put before every path; nothing for the machine itself.
  package init(root: String = "") { self.root = root }

  package func entry(at path: String) -> FileEntry? {
    guard let status = FileStatus(at: root + path) else { return nil }
    let kind: FileEntry.Kind =
      switch status.kind {
      case .file: .file
      case .folder: .folder
      case .link, .other: .other
      }
    return FileEntry(
      kind, permissions: Int(status.permissions & 0o777), owner: Int(status.owner), group: Int(status.group))
  }

  package func names(in folder: String) -> [String] { Folders.readableNames(in: root + folder) }

  package func bytes(at path: String, offset: Int, count: Int) -> [UInt8]? {
    guard offset >= 0, count > 0, let file = try? OpenFile(reading: root + path) else { return nil }
    return try? file.bytes(at: offset, count: count)
  }

  package func resolved(_ path: String) -> String? {
    guard let path = Folders.realPath(root + path) else { return nil }
    guard !root.isEmpty else { return path }
    guard let base = Folders.realPath(root) else { return nil }
    return path.hasPrefix(base) ? String(path.dropFirst(base.count)) : path
  }

  package func allows(_ access: FileAccess, at path: String) -> Bool {
    Owners.allows(access == .write ? .writeInFolder : .readAndWrite, root + path)
  }

  package func freeSpace(at path: String) -> Int? {
    FileStatus(at: root + path) == nil ? nil : Folders.freeSpace(root + path)
  }
}

extension Machine.User {
  /// The user of this process, with the groups that the process has.
  package static var current: Machine.User {
    Machine.User(number: Int(Owners.user), groups: Set(Owners.groups.map { Int($0) }))
  }
}
