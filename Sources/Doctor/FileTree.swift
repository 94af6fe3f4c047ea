/// The files that the doctor looks at: those of the machine, or those of a machine made up by a test.
///
/// Paths are absolute. Everything is reading only.
package protocol FileTree: Sendable {
  /// What is at `path`, links followed; nil where nothing is.
  func entry(at path: String) -> FileEntry?
  /// The names in a folder, sorted; empty where there is none.
  func names(in folder: String) -> [String]
  /// At most `count` bytes from `offset` on; nil where the file cannot be read.
  func bytes(at path: String, offset: Int, count: Int) -> [UInt8]?
  /// The path that a link, or a path with links in it, leads to; nil where it leads nowhere.
  func resolved(_ path: String) -> String?
  /// Whether this process may do so with what is at `path`.
  func allows(_ access: FileAccess, at path: String) -> Bool
  /// Free bytes on the disk of `path`; nil where that is not known.
  func freeSpace(at path: String) -> Int?
}

/// What a process wants to do with a file.
package enum FileAccess: Sendable {
  /// Write into a folder.
  case write
  /// Read and write, as a device needs it.
  case readAndWrite
}

/// What is known about a file.
package struct FileEntry: Sendable, Hashable {
  /// What kind of file it is.
  package enum Kind: Sendable {
    /// Bytes.
    case file
    /// A folder.
    case folder
    /// A device or something else.
    case other
  }

  /// What kind of file it is.
  package var kind: Kind
  /// The permission bits, 0o777 at most.
  package var permissions: Int
  /// The number of the owner.
  package var owner: Int
  /// The number of the group.
  package var group: Int

  /// Describes a file.
  package init(_ kind: Kind, permissions: Int = 0o644, owner: Int = 0, group: Int = 0) {
    self.kind = kind
    self.permissions = permissions
    self.owner = owner
    self.group = group
  }
}

extension FileTree {
  func exists(_ path: String) -> Bool { entry(at: path) != nil }

  func isFolder(_ path: String) -> Bool { entry(at: path)?.kind == .folder }

  /// The text of a file of at most `limit` bytes, without white space at its ends.
  func text(_ path: String, limit: Int = 65_536) -> String? {
    guard let bytes = bytes(at: path, offset: 0, count: limit) else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmed
  }

  /// The hexadecimal number in a file of `/sys`, such as `0x8086`.
  func hexNumber(_ path: String) -> Int? {
    guard let text = text(path), text.hasPrefix("0x") else { return nil }
    return Int(text.dropFirst(2), radix: 16)
  }

  /// The last component of where a link leads, as `/sys` names drivers.
  func linkName(_ path: String) -> String? {
    resolved(path)?.split(separator: "/").last.map(String.init)
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}
