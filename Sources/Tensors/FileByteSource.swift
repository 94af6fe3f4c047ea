#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file, read at given positions with `pread`.
///
/// Positional reads into reused buffers keep the resident set small (a mapping would count every page that was
/// touched), and threads share the descriptor without a lock. This is the only file of the target that is POSIX.
public final class FileByteSource: ByteSource {
  public let name: String
  public let byteCount: Int
  private let descriptor: Int32

  /// Opens the file at `path`.
  /// - Throws: `TensorError` of code `unreadable`, with the system's reason.
  public init(path: String) throws(TensorError) {
    name = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      byteCount = 0
      throw TensorError(.unreadable, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      byteCount = 0
      throw TensorError(.unreadable, "\(path) is not a regular file")
    }
    byteCount = Int(status.st_size)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkRange(offset: offset, count: buffer.count)
    var done = 0
    while done < buffer.count, let base = buffer.baseAddress {
      let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        // The file was long enough when it was opened: it is being cut, or the disk fails.
        let reason = count == 0 ? "the file became shorter" : String(cString: strerror(errno))
        throw TensorError(.unreadable, "cannot read \(name) at byte \(offset + done): \(reason)")
      }
      done += count
    }
  }
}
