import COpenVINO

/// A block of memory with an element type and a shape. Use from one thread at a time.
public final class Tensor: CustomStringConvertible {
  let runtime: OpenVINORuntime
  let handle: OpaquePointer

  init(runtime: OpenVINORuntime, handle: OpaquePointer) {
    self.runtime = runtime
    self.handle = handle
  }

  deinit {
    runtime.table.pointee.tensor_release(handle)
  }

  /// Allocates a tensor; its elements are not set.
  public convenience init(_ type: ElementType, shape: [Int], runtime: OpenVINORuntime) throws(OpenVINOError) {
    let extents = try Self.extents(shape)
    let handle = try runtime.make("allocating \(type) \(shape)") { out in
      runtime.table.pointee.tensor_create(type.rawValue, extents, extents.count, out)
    }
    self.init(runtime: runtime, handle: handle)
  }

  /// Makes a tensor that holds `elements`.
  public convenience init<Element: TensorElement>(
    _ elements: [Element], shape: [Int], runtime: OpenVINORuntime
  ) throws {
    guard Self.elementCount(shape) == elements.count else {
      throw OpenVINOError(.badArgument, "\(elements.count) elements do not fill the shape \(shape)")
    }
    try self.init(Element.elementType, shape: shape, runtime: runtime)
    try withElements(of: Element.self) { _ = $0.update(from: elements) }
  }

  /// Uses memory of the caller, without a copy.
  ///
  /// - Parameters:
  ///   - memory: At least as many bytes as the shape needs. The shape may later grow up to its end.
  ///   - owner: Kept alive as long as OpenVINO may touch the memory.
  public convenience init(
    wrapping memory: UnsafeMutableRawBufferPointer, as type: ElementType, shape: [Int], owner: AnyObject?,
    runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    guard let base = memory.baseAddress else {
      throw OpenVINOError(.badArgument, "a tensor \(type) \(shape) on no memory")
    }
    let extents = try Self.extents(shape)
    let box = Unmanaged.passRetained(Owner(owner))
    do throws(OpenVINOError) {
      let handle = try runtime.make("wrapping \(memory.count) bytes as \(type) \(shape)") { out in
        runtime.table.pointee.tensor_wrap(
          type.rawValue, extents, extents.count, base, memory.count,
          { context in
            if let context { Unmanaged<Owner>.fromOpaque(context).release() }
          }, box.toOpaque(), out)
      }
      self.init(runtime: runtime, handle: handle)
    } catch {
      box.release()
      throw error
    }
  }

  private final class Owner {
    let object: AnyObject?

    init(_ object: AnyObject?) {
      self.object = object
    }
  }

  /// Maps a file from `offset` to its end, as u8. The file must not change while the tensor lives.
  public convenience init(mapping path: String, offset: Int = 0, runtime: OpenVINORuntime)
    throws(OpenVINOError)
  {
    guard offset >= 0 else { throw OpenVINOError(.badArgument, "mapping \(path) from \(offset)") }
    let handle = try runtime.make("mapping \(path)") { out in
      runtime.table.pointee.tensor_map_file(path, offset, out)
    }
    self.init(runtime: runtime, handle: handle)
  }

  /// What a tensor is.
  public struct Layout: Sendable, Hashable {
    /// The type of its elements.
    public var elementType: ElementType
    /// Its extents.
    public var shape: [Int]
    /// The size of its elements together.
    public var byteCount: Int
    /// Whether its elements follow each other without gaps.
    public var isContiguous: Bool
  }

  /// The type and shape as they are now.
  public func layout() throws(OpenVINOError) -> Layout {
    var shape = [Int](repeating: 0, count: Int(OVB_MAX_RANK))
    var type = [CChar](repeating: 0, count: 16)
    var rank = 0
    var size = 0
    var contiguous: Int32 = 0
    let status = runtime.table.pointee.tensor_describe(handle, &type, &shape, &rank, &size, &contiguous)
    try runtime.check(status, "describing a tensor")
    let name = String(decoding: type.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return Layout(
      elementType: ElementType(rawValue: name), shape: Array(shape[..<rank]), byteCount: size,
      isContiguous: contiguous != 0)
  }

  public var description: String {
    guard let layout = try? layout() else { return "a tensor" }
    return "\(layout.elementType) \(layout.shape)"
  }

  /// Gives the tensor another shape. Memory that suffices stays where it is; otherwise it is allocated anew.
  public func setShape(_ shape: [Int]) throws(OpenVINOError) {
    let extents = try Self.extents(shape)
    try runtime.check(
      runtime.table.pointee.tensor_set_shape(handle, extents, extents.count),
      "giving \(self) the shape \(shape)")
  }

  /// The part between two corners; it shares the memory.
  public func part(from begin: [Int], to end: [Int]) throws(OpenVINOError) -> Tensor {
    guard begin.count == end.count else {
      throw OpenVINOError(.badArgument, "corners \(begin) and \(end) of different ranks")
    }
    let first = try Self.extents(begin)
    let last = try Self.extents(end)
    let part = try runtime.make("taking \(begin)..<\(end) of \(self)") { out in
      runtime.table.pointee.tensor_part(handle, first, last, first.count, out)
    }
    return Tensor(runtime: runtime, handle: part)
  }

  /// Copies all elements to a tensor of the same type and shape; gaps on either side are respected.
  public func copy(to other: Tensor) throws(OpenVINOError) {
    try runtime.check(
      runtime.table.pointee.tensor_copy(handle, other.handle), "copying \(self) to \(other)")
  }

  /// Lends the bytes. The tensor must have no gaps, and hold no texts.
  public func withBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) throws -> Result {
    let layout = try layout()
    guard layout.elementType != .string else {
      throw OpenVINOError(.badArgument, "\(self) holds texts, and no plain bytes")
    }
    guard layout.isContiguous else {
      throw OpenVINOError(.badArgument, "the bytes of \(self) do not follow each other")
    }
    return try withExtendedLifetime(self) {
      try body(UnsafeMutableRawBufferPointer(start: try address(), count: layout.byteCount))
    }
  }

  /// Lends the elements. `Element` must be the tensor's type, and the tensor must have no gaps.
  public func withElements<Element: TensorElement, Result>(
    of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) throws -> Result {
    let layout = try layout()
    guard layout.elementType == Element.elementType else {
      throw OpenVINOError(.badArgument, "\(self) is not of type \(Element.elementType)")
    }
    return try withBytes { try body($0.bindMemory(to: Element.self)) }
  }

  /// A copy of the elements.
  public func elements<Element: TensorElement>(of type: Element.Type) throws -> [Element] {
    try withElements(of: type) { Array($0) }
  }

  /// Where the first element is.
  private func address() throws(OpenVINOError) -> UnsafeMutableRawPointer? {
    var data: UnsafeMutableRawPointer?
    try runtime.check(runtime.table.pointee.tensor_data(handle, &data), "reading \(self)")
    return data
  }

  /// The number of elements of a shape; nil for one that no memory holds.
  private static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = product
    }
    return count
  }

  private static func extents(_ shape: [Int]) throws(OpenVINOError) -> [Int] {
    guard shape.allSatisfy({ $0 >= 0 }), shape.count <= Int(OVB_MAX_RANK) else {
      throw OpenVINOError(.badArgument, "the shape \(shape) cannot be")
    }
    return shape
  }
}
