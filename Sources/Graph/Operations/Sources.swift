import Tensors

/// An input of the whole graph.
package struct Parameter: Operation {
  /// The type of its elements.
  package var elementType: ElementType
  /// Its shape.
  package var shape: PartialShape

  /// An input of this type.
  package init(_ elementType: ElementType, _ shape: PartialShape) {
    self.elementType = elementType
    self.shape = shape
  }

  package var typeName: String { "Parameter" }
  package var attributes: [Attribute] {
    let extents = shape.dimensions.map(\.description).joined(separator: ",")
    return [Attribute("shape", extents), Attribute("element_type", elementType.rawValue)]
  }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 0)
    return [ValueType(elementType, shape)]
  }
}

/// A tensor in the `.bin` file: bytes that are known now, or a blob that a bake writes later.
package struct Constant: Operation {
  /// Where the bytes come from.
  package enum Content: Sendable, Hashable {
    /// The little-endian bytes themselves.
    case bytes([UInt8])
    /// A part of a weight.
    case blob(Blob)
  }

  /// The type of its elements.
  package let elementType: ElementType
  /// Its shape.
  package let shape: Shape
  /// Its bytes.
  package let content: Content
  /// The elements of a small integer constant.
  package let integers: [Int]?

  package var typeName: String { "Const" }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 0)
    return [ValueType(elementType, PartialShape(shape), integers: integers)]
  }
}

extension Constant {
  /// 64-bit integers; a scalar where `shape` is empty.
  package init(_ values: [Int], shape: Shape) {
    self.init(
      elementType: .i64, shape: shape, content: .bytes(littleEndianBytes(values.map(Int64.init))),
      integers: values)
  }

  /// A vector of 64-bit integers.
  package init(_ values: [Int]) { self.init(values, shape: [values.count]) }

  /// 32-bit floats; a scalar where `shape` is empty.
  package init(_ values: [Float], shape: Shape) {
    self.init(
      elementType: .f32, shape: shape, content: .bytes(littleEndianBytes(values.map(\.bitPattern))),
      integers: nil)
  }

  /// One truth value.
  package init(_ value: Bool) {
    self.init(elementType: .boolean, shape: [], content: .bytes([value ? 1 : 0]), integers: nil)
  }

  /// A part of a weight.
  package init(_ blob: Blob) {
    self.init(elementType: blob.elementType, shape: blob.shape, content: .blob(blob), integers: nil)
  }
}

private func littleEndianBytes<Number: FixedWidthInteger>(_ values: [Number]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.littleEndian, Array.init) }
}
