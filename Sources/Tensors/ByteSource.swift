/// Bytes that can be read from any position by several threads at once: a file, or a range of a remote one.
public protocol ByteSource: Sendable {
  /// What the bytes are called in messages: a path or an address.
  var name: String { get }

  /// How many bytes there are.
  var byteCount: Int { get }

  /// Fills `buffer` with the bytes from `offset` on.
  /// - Throws: `TensorError` where the range is not inside of the source or cannot be read whole.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension ByteSource {
  /// Reads `count` bytes into a new array. The range is checked before anything is allocated.
  public func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try checkRange(offset: offset, count: count)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(
        at: offset,
        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      initialized = count
    }
  }

  /// Throws unless `count` bytes from `offset` on are inside of the source.
  public func checkRange(offset: Int, count: Int) throws(TensorError) {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw TensorError(
        .truncated, "\(name) ends at byte \(byteCount), but \(count) bytes from byte \(offset) on are needed")
    }
  }
}

/// Bytes in memory, for tests and small embedded files.
public struct MemoryByteSource: ByteSource {
  public let name: String
  private let storage: [UInt8]

  /// Names `bytes` as `name` in messages.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.storage = bytes
  }

  public var byteCount: Int { storage.count }

  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkRange(offset: offset, count: buffer.count)
    storage.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[offset..<offset + buffer.count])) }
  }
}
