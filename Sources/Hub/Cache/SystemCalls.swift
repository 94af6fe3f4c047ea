#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's reason for the last failed call.
package func systemReason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

/// A descriptor that is closed with its owner. Not shared between threads except for positional reads.
package final class OpenFile: Sendable {
  package let path: String
  package let descriptor: Int32

  /// Opens for reading and writing, and makes the file where it does not exist.
  package init(writing path: String, permissions: mode_t = 0o644) throws(HubError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, permissions)
    guard descriptor >= 0 else { throw OpenFile.failure("open", path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  package var size: Int {
    get throws(HubError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw OpenFile.failure("look at", path) }
      return Int(status.st_size)
    }
  }

  package func truncate(to size: Int) throws(HubError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw OpenFile.failure("shorten", path) }
  }

  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(HubError) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw OpenFile.failure("write", path) }
      done += count
    }
  }

  /// Reads at most `buffer.count` bytes; 0 at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(HubError) -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw OpenFile.failure("read", path) }
      return count
    }
  }

  /// Waits until the content is on the disk.
  package func synchronize() throws(HubError) {
    guard fsync(descriptor) == 0 else { throw OpenFile.failure("write", path) }
  }

  /// Whether nobody else held the lock. It is released when the descriptor is closed, also by the death of the process.
  package func tryLock() throws(HubError) -> Bool {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK { return false }
      // A file system without locks: the checksum at the end still keeps a broken file out of the cache.
      if errno == ENOTSUP || errno == ENOSYS || errno == ENOLCK { return true }
      throw OpenFile.failure("lock", path)
    }
    return true
  }

  package func unlock() throws(HubError) {
    guard flock(descriptor, LOCK_UN) == 0 else { throw OpenFile.failure("unlock", path) }
  }

  package static func failure(_ verb: String, _ path: String) -> HubError {
    let code = errno
    if code == ENOSPC || code == EDQUOT {
      return HubError(
        .diskFull, "the disk became full while writing \(path)",
        mend:
          "Free some space and repeat the command: it goes on where it stopped. HF_HUB_CACHE moves the cache."
      )
    }
    let mend =
      code == EACCES || code == EPERM || code == EROFS
      ? "Make the folder writable for you, or choose another one with HF_HUB_CACHE or HF_HOME." : ""
    return HubError(.cannotWrite, "cannot \(verb) \(path): \(systemReason(code))", mend: mend)
  }
}

/// Small operations on names in the file system.
package enum FileSystem {
  /// The size of the regular file at `path`, following links; nil where there is none.
  package static func fileSize(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The number of the file system of `path`, nil where it does not exist.
  package static func device(_ path: String) -> UInt64? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(truncatingIfNeeded: status.st_dev) : nil
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes the folder and those above it.
  package static func makeFolders(_ path: String) throws(HubError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolders(String(path[..<slash]))
    }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else {
      throw OpenFile.failure("make the folder", path)
    }
  }

  package static func rename(_ from: String, to: String) throws(HubError) {
    #if canImport(Glibc)
      let result = Glibc.rename(from, to)
    #elseif canImport(Musl)
      let result = Musl.rename(from, to)
    #else
      let result = Darwin.rename(from, to)
    #endif
    guard result == 0 else { throw OpenFile.failure("rename to", to) }
  }

  package static func remove(_ path: String) { _ = unlink(path) }

  /// The target of a symbolic link.
  package static func linkTarget(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  package static func link(_ path: String, to target: String) throws(HubError) {
    // Made aside and renamed, so that a reader never finds the name missing.
    let aside = path + ".\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    guard symlink(target, aside) == 0 else { throw OpenFile.failure("link", path) }
    do {
      try rename(aside, to: path)
    } catch {
      remove(aside)
      throw error
    }
  }

  /// Bytes that an unprivileged user may still write below `path` or the nearest folder above it that exists.
  package static func freeSpace(_ path: String) -> Int? {
    var folder = path
    while !isFolder(folder), let slash = folder.lastIndex(of: "/"), folder != "/" {
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }
}

/// Reads and writes of files that fit into memory.
public enum SmallFile {
  /// The text of the file at `path`; nil where it cannot be read, is longer than a mebibyte or is no UTF-8.
  public static func text(at path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= 1 << 20 {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? String(validating: bytes, as: UTF8.self) : nil }
      bytes += buffer[..<count]
    }
    return nil
  }

  /// Writes `text` aside and renames it to `path`.
  package static func write(_ text: String, to path: String) throws(HubError) {
    let aside = path + ".\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    do {
      let file = try OpenFile(writing: aside)
      let bytes = Array(text.utf8)
      let result = bytes.withUnsafeBytes { bytes in
        Result { () throws(HubError) in try file.write(bytes, at: 0) }
      }
      try result.get()
      try FileSystem.rename(aside, to: path)
    } catch {
      FileSystem.remove(aside)
      throw error
    }
  }
}
