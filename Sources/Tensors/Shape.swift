/// The extents of a tensor, outermost first. The product of the extents is known to fit.
public struct Shape: Sendable, Hashable {
  /// The extents, outermost first; empty for a scalar.
  public let dimensions: [Int]
  /// The product of the extents; 1 for a scalar.
  public let elementCount: Int

  /// More elements than any file has; products up to here, times 64 bits, do not overflow.
  static let maximumElementCount = 1 << 56

  /// Makes a shape from extents that came from outside.
  /// - Throws: `TensorError` of code `badShape` for a negative extent or a product that is not plausible.
  public init(checking dimensions: [Int]) throws(TensorError) {
    var product = 1
    for dimension in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, dimension <= Shape.maximumElementCount, !overflow,
        next <= Shape.maximumElementCount
      else {
        throw TensorError(.badShape, "the shape \(dimensions) is not possible")
      }
      product = next
    }
    self.dimensions = dimensions
    self.elementCount = product
  }

  /// Makes a shape from extents that the program computed itself from checked ones.
  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
    self.elementCount = dimensions.reduce(1, *)
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The extent of the last axis, 1 for a scalar. Weights are quantised along it.
  public var columns: Int { dimensions.last ?? 1 }

  /// How many rows of `columns` elements there are: the product of all extents but the last.
  public var rows: Int { dimensions.dropLast().reduce(1, *) }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  public init(arrayLiteral elements: Int...) { self.init(elements) }
  public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }
}
