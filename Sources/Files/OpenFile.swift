import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A descriptor that is closed with its owner. Threads may share it: all reads and writes say where.
package final class OpenFile: Sendable {
  /// The name by which it was opened.
  package let path: String
  let descriptor: FileDescriptor

  init(_ path: String, _ descriptor: FileDescriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }

  /// Opens for reading. It never waits, as opening a pipe might.
  package convenience init(reading path: String) throws(FileError) {
    self.init(
      path,
      try FileError.wrapping("open", path) {
        try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      })
  }

  /// Opens for reading and writing, and makes the file where it does not exist. A symbolic link is refused.
  package convenience init(writing path: String, permissions: UInt32 = 0o644) throws(FileError) {
    try self.init(path, [.create], permissions)
  }

  /// Makes a file that is not there yet, for reading and writing.
  package convenience init(creating path: String, permissions: UInt32 = 0o644) throws(FileError) {
    try self.init(path, [.create, .exclusiveCreate], permissions)
  }

  private convenience init(
    _ path: String, _ options: FileDescriptor.OpenOptions, _ permissions: UInt32
  ) throws(FileError) {
    let descriptor = try FileError.wrapping("open", path) {
      // Not waiting, so that a pipe that was put there does not stop us.
      try FileDescriptor.open(
        path, .readWrite, options: options.union([.closeOnExec, .noFollow, .nonBlocking]),
        permissions: FilePermissions(rawValue: CInterop.Mode(permissions)))
    }
    self.init(path, descriptor)
    guard try status.kind == .file else { throw FileError("open", path, .invalidArgument) }
  }

  /// What it is.
  package var status: FileStatus {
    get throws(FileError) {
      try FileError.wrapping("look at", path) { FileStatus(try Stat(descriptor)) }
    }
  }

  /// Reads at most `buffer.count` bytes; 0 at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    try FileError.wrapping("read", path) {
      try descriptor.read(fromAbsoluteOffset: Int64(offset), into: buffer)
    }
  }

  /// Reads as many bytes as there are, at most `count`.
  package func bytes(at offset: Int = 0, count: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEach(from: offset, count: count) { bytes += $0 }
    return bytes
  }

  /// Lends every byte of a part, in order, in pieces of at most a mebibyte.
  package func forEach(
    from start: Int = 0, count: Int = .max, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FileError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(1 << 20, max(1, count)), alignment: 64)
    defer { buffer.deallocate() }
    var (position, left) = (start, count)
    while left > 0 {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, left)])
      let size = try read(into: part, at: position)
      if size == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
      position += size
      left -= size
    }
  }

  /// Writes all bytes.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = try FileError.wrapping("write", path) {
        try descriptor.write(toAbsoluteOffset: Int64(offset + done), rest)
      }
      guard count > 0 else { throw FileError("write", path, .ioError) }
      done += count
    }
  }

  /// Writes all bytes.
  package func write(_ bytes: [UInt8], at offset: Int = 0) throws(FileError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError) in try write(buffer, at: offset) }
    }
    try result.get()
  }

  /// Cuts off what follows the first `size` bytes, or adds zeros.
  package func truncate(to size: Int) throws(FileError) {
    try FileError.wrapping("shorten", path) { try descriptor.resize(to: Int64(size)) }
  }

  /// Waits until the content is on the disk. Some file systems cannot do so for folders: then nothing more can be done.
  package func synchronize() throws(FileError) {
    do {
      try FileError.checking("write to the disk", path) { fsync(descriptor.rawValue) }
    } catch  where error.number == .invalidArgument {
      return
    }
  }
}
