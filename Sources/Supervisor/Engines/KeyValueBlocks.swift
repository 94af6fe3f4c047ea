import Files
import OpenVINO

/// Tensors of zeros that take memory only where something was written: a cache for the longest conversation costs as
/// much as the conversation that is held.
enum KeyValueBlocks {
  /// Makes a tensor of zeros.
  /// - Returns: The tensor, which owns the memory, and its bytes.
  /// - Throws: Where the system has no room for so many addresses.
  static func tensor(
    _ type: ElementType, shape: [Int], runtime: OpenVINORuntime
  ) throws(OpenVINOError) -> (tensor: Tensor, bytes: UnsafeMutableRawBufferPointer) {
    let memory = try pages(max(1, try byteCount(type, shape: shape)))
    let tensor = try Tensor(wrapping: memory.bytes, as: type, shape: shape, owner: memory, runtime: runtime)
    return (tensor, memory.bytes)
  }

  /// The bytes that elements of a type take.
  static func byteCount(_ type: ElementType, shape: [Int]) throws(OpenVINOError) -> Int {
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
    return (elements * bits + 7) / 8
  }

  private static func pages(_ byteCount: Int) throws(OpenVINOError) -> ZeroPages {
    do throws(FileError) {
      return try ZeroPages(byteCount: byteCount)
    } catch {
      throw OpenVINOError(.outOfMemory, "no room for \(byteCount) bytes of cache: \(error.reason)")
    }
  }

  private static let widths: [ElementType: Int] = [
    .u4: 4, .i4: 4, .u8: 8, .i8: 8, .f16: 16, .bf16: 16, .f32: 32,
  ]
}
