import Files

/// What has arrived of a file: always its first bytes without holes, with the checksum of them.
///
/// Not shared between tasks; the download's own task appends what the others fetch.
package final class PartialBlob {
  /// The bytes that are on the disk.
  package private(set) var length = 0
  private let target: HubFile
  private let path: String
  private let file: CacheFile
  private var digest: ContentDigest

  /// Opens `path` and takes over what an earlier run or another tool left there.
  package init(_ path: String, for target: HubFile) throws(HubError) {
    self.path = path
    self.target = target
    digest = ContentDigest(target)
    file = try CacheFile(path)
    let present = try file.size
    if present > target.size { try file.truncate(to: 0) } else { try takeOver(present) }
  }

  private func takeOver(_ count: Int) throws(HubError) {
    guard count > 0 else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    while length < count {
      let read = try file.read(into: buffer, at: length)
      guard read > 0 else { return }
      digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<read]))
      length += read
    }
  }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    guard bytes.count <= target.size - length else {
      throw HubError(.sizeMismatch, "\(target.path) is longer than the \(target.size) bytes of the listing")
    }
    try file.write(bytes, at: length)
    digest.update(bytes)
    length += bytes.count
  }

  /// Forgets everything that arrived.
  package func reset() throws(HubError) {
    try file.truncate(to: 0)
    length = 0
    digest = ContentDigest(target)
  }

  /// What is wrong with the finished content; nil where it is right.
  package func fault() -> HubError? {
    guard length == target.size else {
      return HubError(.sizeMismatch, "\(target.path) has \(length) bytes instead of \(target.size)")
    }
    guard let mismatch = digest.mismatch() else { return nil }
    return .wrongChecksum(of: target, mismatch)
  }

  /// Puts the content under its final name, for good.
  package func publish(as blob: String) throws(HubError) {
    try file.synchronize()
    try Disk.rename(path, to: blob)
  }

  package func discard() { Removal.file(path) }
}
