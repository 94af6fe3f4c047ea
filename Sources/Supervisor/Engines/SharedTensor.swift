import OpenVINO

/// A tensor on memory of ours: Swift writes or reads its elements where the device reads or writes them.
struct SharedTensor<Element: TensorElement> {
  /// All of its elements; the tensor may show a part of them.
  let elements: UnsafeMutableBufferPointer<Element>
  /// What a request is given. It keeps the memory alive.
  let tensor: Tensor

  /// Allocates.
  ///
  /// - Parameters:
  ///   - count: The elements that there is room for; as many as the shape has if `nil`.
  init(
    repeating value: Element, count: Int? = nil, shape: [Int], runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    let count = count ?? shape.reduce(1, *)
    let memory = DeviceMemory(byteCount: count * MemoryLayout<Element>.stride)
    elements = UnsafeMutableBufferPointer(rebasing: memory.bytes.bindMemory(to: Element.self)[..<count])
    elements.initialize(repeating: value)
    tensor = try Tensor(
      wrapping: memory.bytes, as: Element.elementType, shape: shape, owner: memory, runtime: runtime)
  }
}

/// Half precision by its bits: keys and values are moved and never computed with here, and Swift's own `Float16` does not
/// exist on every platform.
struct HalfBits: TensorElement, ExpressibleByIntegerLiteral {
  var bits: UInt16

  /// Bits; those of the literal 0 are zero.
  init(integerLiteral bits: UInt16) { self.bits = bits }

  static var elementType: ElementType { .f16 }
}

/// Freed when OpenVINO does not use it any more.
private final class DeviceMemory {
  let bytes: UnsafeMutableRawBufferPointer

  // Drivers can map whole pages, and must copy anything else.
  private static let page = 4096

  init(byteCount: Int) {
    bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: (byteCount + Self.page - 1) / Self.page * Self.page, alignment: Self.page)
  }

  deinit {
    bytes.deallocate()
  }
}
