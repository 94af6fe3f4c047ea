/// A buffer that one worker reuses for every read, so that the memory of a bake does not depend on the model.
public final class ScratchBuffer {
  private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// An empty buffer.
  public init() {}

  deinit { storage.deallocate() }

  /// Lends `count` bytes, aligned to 64, whose contents are whatever the last use left. Grows when it must.
  /// A nested use of the same scratch buffer would overwrite the outer one: take another.
  public func withBytes<Result>(
    _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    if storage.count < count {
      storage.deallocate()
      storage = .allocate(byteCount: max(count, 1), alignment: 64)
    }
    return try body(UnsafeMutableRawBufferPointer(rebasing: storage[..<count]))
  }
}
