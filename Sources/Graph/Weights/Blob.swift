import Tensors

/// A part of a weight as it lies in the `.bin` file.
///
/// Two blobs with the same shared name, format and part hold the same bytes and are stored once.
public struct Blob: Sendable {
  /// Which bytes of the weight's format these are.
  public enum Part: String, Sendable, Hashable, CaseIterable {
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
  public struct Key: Sendable, Hashable {
    /// The name of the weight whose numbers these are.
    public let sharedName: String
    /// How it is stored.
    public let format: WeightFormat
    /// Which part of that.
    public let part: Part
  }

  /// The weight's place in `Graph.weights` of the graph that was lowered.
  public let weightID: Int
  /// What the bytes depend on.
  public let key: Key
  /// The type of the elements.
  public let elementType: ElementType
  /// The shape in the graph: [out, groups, group size] for grouped values.
  public let shape: Shape

  /// Which part of the weight it is.
  public var part: Part { key.part }

  /// How many bytes it takes; four-bit elements are packed without gaps.
  public var byteCount: Int { elementType.byteCount(of: shape.elementCount) }
}

extension Blob: Hashable {
  public static func == (one: Blob, other: Blob) -> Bool { one.key == other.key && one.shape == other.shape }
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
