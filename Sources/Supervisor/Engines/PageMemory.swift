import OpenVINO

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Zeros that take memory only where something was written: a cache for the longest conversation costs as much as the
/// conversation that is held.
final class PageMemory {
  private let bytes: UnsafeMutableRawBufferPointer

  /// - Throws: Where the system has no room for so many addresses.
  init(byteCount: Int) throws(OpenVINOError) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address, address != MAP_FAILED else {
      throw OpenVINOError(
        .outOfMemory, "no room for \(byteCount) bytes of cache: \(String(cString: strerror(errno)))")
    }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  deinit {
    munmap(bytes.baseAddress, bytes.count)
  }

  /// Makes a tensor of zeros.
  static func tensor(
    _ type: ElementType, shape: [Int], runtime: OpenVINORuntime
  ) throws(OpenVINOError) -> Tensor {
    guard let bits = widths[type] else {
      throw OpenVINOError(.unsupported, "a cache of \(type)")
    }
    var elements = 1
    for extent in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
      guard !overflow, product < Int.max / 64 else {
        throw OpenVINOError(.badArgument, "a cache of the shape \(shape)")
      }
      elements = product
    }
    let memory = try PageMemory(byteCount: max(1, (elements * bits + 7) / 8))
    return try Tensor(wrapping: memory.bytes, as: type, shape: shape, owner: memory, runtime: runtime)
  }

  private static let widths: [ElementType: Int] = [
    .u4: 4, .i4: 4, .u8: 8, .i8: 8, .f16: 16, .bf16: 16, .f32: 32,
  ]
}
