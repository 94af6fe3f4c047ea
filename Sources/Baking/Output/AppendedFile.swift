#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that only grows, with a checksum that is computed while it does.
struct AppendedFile: ~Copyable {
  let path: String
  private let descriptor: Int32
  private(set) var byteCount: Int
  private var digest: FileDigest

  /// Opens `path` to append to its first `length` bytes; what follows them is cut off. `digest` has seen those
  /// bytes already.
  /// - Throws: `BakeError` where the file cannot be opened.
  init(path: String, keeping length: Int = 0, digest: FileDigest) throws(BakeError) {
    self.path = path
    self.digest = digest
    byteCount = length
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0, ftruncate(descriptor, off_t(length)) == 0, lseek(descriptor, 0, SEEK_END) == length
    else { throw AppendedFile.failure(path) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends bytes.
  /// - Throws: `BakeError` of code `io`, telling a full disk apart.
  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(BakeError) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = write(descriptor, base + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw AppendedFile.failure(path) }
      done += count
    }
    digest.update(bytes)
    byteCount += bytes.count
  }

  /// The checksum of everything so far.
  var checksum: Checksum { digest.checksum }

  private static func failure(_ path: String) -> BakeError {
    if errno == ENOSPC || errno == EDQUOT { return .diskFull(path) }
    let reason = String(cString: strerror(errno))
    return BakeError(
      .io, "cannot write \(path)", why: reason, mend: "look at the disk and the folder's permissions")
  }
}
