import Digests

/// Whole files that fit into memory.
package enum SmallFile {
  /// The bytes of a regular file; nil where it cannot be read or is longer than `limit`.
  ///
  /// Files of Linux's /proc and /sys, which say that they have no bytes, are read as well.
  package static func bytes(at path: String, limit: Int) -> [UInt8]? {
    guard let file = try? OpenFile(reading: path), let status = try? file.status, status.kind == .file,
      status.size <= limit, let bytes = try? file.bytes(count: limit + 1), bytes.count <= limit
    else { return nil }
    return bytes
  }

  /// The text of a regular file; nil where it cannot be read, is longer than `limit` bytes or is no UTF-8.
  package static func text(at path: String, limit: Int = 1 << 20) -> String? {
    bytes(at: path, limit: limit).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// Makes a file that is not there yet, and waits until it is on the disk.
  package static func create(_ path: String, _ bytes: [UInt8], permissions: UInt32 = 0o644) throws(FileError)
  {
    let file = try OpenFile(creating: path, permissions: permissions)
    try file.write(bytes)
    try file.synchronize()
  }

  /// Replaces a file in one step: whoever reads it sees the old bytes or the new ones, after a power cut too. A
  /// symbolic link of that name is replaced, not followed.
  package static func replace(
    _ path: String, with bytes: [UInt8], permissions: UInt32 = 0o644
  ) throws(FileError) {
    let aside = Temporary.name(beside: path)
    do throws(FileError) {
      try create(aside, bytes, permissions: permissions)
      try Rename.replace(aside, to: path)
    } catch {
      if error.number != .fileExists { Removal.file(aside) }
      throw error
    }
  }

  /// The checksum of a file's bytes: it finds damage, no forgery.
  package static func digest(of path: String) throws(FileError) -> String {
    var digest = FastDigest()
    try OpenFile(reading: path).forEach { digest.update($0) }
    return digest.hexadecimal
  }
}
