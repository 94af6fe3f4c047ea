import Tensors

/// The extent of one axis of a value: known now, or only when the graph runs.
package enum Dimension: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// An extent that the graph fixes.
  case fixed(Int)
  /// An extent that the inputs decide: batch, tokens, length of the cache.
  case dynamic

  package init(integerLiteral value: Int) { self = .fixed(value) }

  /// The extent, nil where it is dynamic.
  package var fixed: Int? {
    if case .fixed(let extent) = self { extent } else { nil }
  }

  package var description: String { fixed.map(String.init) ?? "?" }
}

/// The shape of a value, outermost axis first, each extent fixed or dynamic. The rank is always known.
package struct PartialShape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extents, outermost first; empty for a scalar.
  package var dimensions: [Dimension]

  /// Makes a shape of these extents.
  package init(_ dimensions: [Dimension]) { self.dimensions = dimensions }

  /// The shape of a tensor whose extents are all known.
  package init(_ shape: Shape) { dimensions = shape.dimensions.map(Dimension.fixed) }

  package init(arrayLiteral elements: Dimension...) { dimensions = elements }

  /// The number of axes.
  package var rank: Int { dimensions.count }

  /// The extent of an axis; negative axes count from the last.
  package subscript(axis: Int) -> Dimension {
    get { dimensions[axis < 0 ? axis + rank : axis] }
    set { dimensions[axis < 0 ? axis + rank : axis] = newValue }
  }

  /// All extents, nil where one is dynamic.
  package var fixed: [Int]? {
    let extents = dimensions.compactMap(\.fixed)
    return extents.count == rank ? extents : nil
  }

  package var description: String { "[\(dimensions.map(\.description).joined(separator: ", "))]" }
}

/// What is known about a value before the graph runs.
package struct ValueType: Sendable, Hashable {
  /// The type of its elements.
  package var elementType: ElementType
  /// Its shape.
  package var shape: PartialShape
  /// The elements of a small integer constant, which shape rules look at: axes, targets, split lengths.
  package var integers: [Int]?

  /// Makes a type.
  package init(_ elementType: ElementType, _ shape: PartialShape, integers: [Int]? = nil) {
    self.elementType = elementType
    self.shape = shape
    self.integers = integers
  }
}

/// One output of a node of a graph.
package struct Value: Sendable, Hashable {
  /// The index of the node in `Graph.nodes`.
  package let node: Int
  /// Which of the node's outputs it is.
  package let port: Int
  /// What is known about it.
  package let type: ValueType

  /// The shape, for blocks that compute with it.
  package var shape: PartialShape { type.shape }
}
