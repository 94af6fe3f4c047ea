import Tensors

/// A part of a weight as it lies in the `.bin` file.
///
/// Two blobs with the same shared name, format and part hold the same bytes and are stored once.
package struct Blob: Sendable {
  /// Which bytes of the weight's format these are.
  package enum Part: String, Sendable, Hashable, CaseIterable {
    /// Plain numbers.
    case dense
    /// Packed values of few bits.
    case values
    /// The scales of the groups.
    case scales
    /// The zero points of the groups.
    case zeroPoints
  }

  /// What makes two blobs the same bytes.
  package struct Key: Sendable, Hashable {
    /// The name of the weight whose numbers these are.
    package let sharedName: String
    /// How it is stored.
    package let format: WeightFormat
    /// Which part of that.
    package let part: Part
  }

  /// The weight's place in `Graph.weights` of the graph that was lowered.
  package let weightID: Int
  /// What the bytes depend on.
  package let key: Key
  /// The type of the elements.
  package let elementType: ElementType
  /// The shape in the graph: [out, groups, group size] for grouped values.
  package let shape: Shape

  /// Which part of the weight it is.
  package var part: Part { key.part }

  /// How many bytes it takes; four-bit elements are packed without gaps.
  package var byteCount: Int { elementType.byteCount(of: shape.elementCount) }
}

extension Blob: Hashable {
  package static func == (one: Blob, other: Blob) -> Bool { one.key == other.key && one.shape == other.shape }
  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
