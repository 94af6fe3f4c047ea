import Files

/// What the cache does on the disk, with failures in the hub's words.
enum Disk {
  /// The size of the regular file at `path`, following links; nil where there is none.
  static func fileSize(_ path: String) -> Int? {
    guard let status = FileStatus(at: path), status.kind == .file else { return nil }
    return status.size
  }

  /// Makes the folder and those above it.
  static func makeFolders(_ path: String) throws(HubError) {
    try HubError.writing { () throws(FileError) in try Folders.make(path) }
  }

  /// Gives a finished file its name.
  static func rename(_ from: String, to: String) throws(HubError) {
    try HubError.writing { () throws(FileError) in try Rename.replace(from, to: to) }
  }

  /// Makes a symbolic link, in one step where there is something of that name.
  static func link(_ path: String, to target: String) throws(HubError) {
    try HubError.writing { () throws(FileError) in try Links.make(path, to: target) }
  }

  /// Replaces a small file in one step.
  static func write(_ text: String, to path: String) throws(HubError) {
    try HubError.writing { () throws(FileError) in try SmallFile.replace(path, with: Array(text.utf8)) }
  }
}

/// A file of the cache that is being written, or that stands for a lock.
package final class CacheFile: Sendable {
  private let file: OpenFile

  /// Opens for reading and writing, and makes the file where it does not exist.
  package init(_ path: String, permissions: UInt32 = 0o644) throws(HubError) {
    file = try HubError.writing { () throws(FileError) in
      try OpenFile(writing: path, permissions: permissions)
    }
  }

  var size: Int {
    get throws(HubError) { try HubError.writing { () throws(FileError) in try file.status.size } }
  }

  func truncate(to size: Int) throws(HubError) {
    try HubError.writing { () throws(FileError) in try file.truncate(to: size) }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(HubError) {
    try HubError.writing { () throws(FileError) in try file.write(bytes, at: offset) }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(HubError) -> Int {
    try HubError.writing { () throws(FileError) in try file.read(into: buffer, at: offset) }
  }

  func synchronize() throws(HubError) {
    try HubError.writing { () throws(FileError) in try file.synchronize() }
  }

  /// Whether nobody else held the lock. It is released when the file is closed, also by the death of the process.
  package func tryLock() throws(HubError) -> Bool {
    try HubError.writing { () throws(FileError) in try FileLock.take(file) }
  }

  /// Gives the lock back.
  package func unlock() throws(HubError) {
    try HubError.writing { () throws(FileError) in try FileLock.giveBack(file) }
  }
}

extension HubError {
  /// Runs calls of the system; what fails becomes an error in the hub's words.
  static func writing<Value>(_ body: () throws(FileError) -> Value) throws(HubError) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw HubError(error)
    }
  }

  private init(_ error: FileError) {
    if error.isFullDisk {
      self.init(
        .diskFull, "the disk became full while writing \(error.path)",
        mend:
          "Free some space and repeat the command: it goes on where it stopped. HF_HUB_CACHE moves the cache."
      )
    } else {
      let mend =
        error.isForbidden
        ? "Make the folder writable for you, or choose another one with HF_HUB_CACHE or HF_HOME." : ""
      self.init(.cannotWrite, "cannot \(error.action) \(error.path): \(error.reason)", mend: mend)
    }
  }
}
