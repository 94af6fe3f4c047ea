import Checksums

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Files {
  /// The sum of a file's bytes. It finds damage at the speed of memory; it is no protection against an attacker.
  static func digest(of path: String) throws(FileError) -> String {
    var digest = FastDigest()
    try read(path) { digest.update($0) }
    return digest.hexadecimal
  }

  /// Lends every byte of a part of a file, in order, in pieces of at most a megabyte.
  static func read(
    _ path: String, from start: Int = 0, count: Int = .max, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FileError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(path) }
    defer { close(file) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var position = start
    var left = count
    while left > 0 {
      let size = pread(file, buffer.baseAddress, min(buffer.count, left), off_t(position))
      if size < 0, errno == EINTR { continue }
      guard size >= 0 else { throw FileError(path) }
      if size == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
      position += size
      left -= size
    }
  }

  /// The bytes of a file of at most `limit` bytes.
  static func contents(_ path: String, limit: Int) -> [UInt8]? {
    guard let status = status(path), !status.isFolder, status.size <= limit else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(status.size)
    do throws(FileError) {
      try read(path, count: limit) { bytes += $0 }
    } catch {
      return nil
    }
    return bytes
  }

  /// Writes a new file and waits until it is on the disk.
  static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(path) }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let size = bytes[written...].withUnsafeBytes { Self.write(file, $0) }
      if size < 0, errno == EINTR { continue }
      guard size > 0 else { throw FileError(path) }
      written += size
    }
    guard fsync(file) == 0 else { throw FileError(path) }
  }

  private static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(file, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      Musl.write(file, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(file, bytes.baseAddress, bytes.count)
    #endif
  }

  /// Replaces a file in one step: whoever reads it sees the old bytes or the new ones.
  static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let aside = "\(path).\(process).new"
    do throws(FileError) {
      try write(bytes, to: aside)
      try move(aside, to: path)
    } catch {
      remove(aside)
      throw error
    }
  }
}
