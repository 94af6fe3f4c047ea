import Tensors

/// Rotary positions: pairs of a head's elements are turned by angles that grow with the token's position.
///
/// Element i is paired with element i + dimension/2. Checkpoints that pair neighbours are brought into this form by
/// reordering the rows of their query and key projections (`pairedNeighbours`).
package struct RotaryEmbedding: Sendable, Hashable {
  /// How many elements of a head turn; the others stay as they are. Even.
  package var dimension: Int
  /// The base of the angles' geometric series (`rope_theta`).
  package var theta: Double
  /// How the angles are stretched for long texts.
  package var scaling: RotaryScaling

  /// Rotary positions.
  package init(dimension: Int, theta: Double, scaling: RotaryScaling = .none) {
    self.dimension = dimension
    self.theta = theta
    self.scaling = scaling
  }

  /// The elements of a head that pairs neighbours (0 with 1, 2 with 3 …), in the order in which element i is paired
  /// with element i + dimension/2.
  package static func pairedNeighbours(_ dimension: Int) -> [Int] {
    Array(stride(from: 0, to: dimension, by: 2)) + Array(stride(from: 1, to: dimension, by: 2))
  }
}

/// The cosines and sines of all angles, each [batch, 1, tokens, dimension], and how many elements turn.
package struct RotaryTables: Sendable {
  /// The cosines.
  package let cosines: Value
  /// The sines.
  package let sines: Value
  /// How many elements of a head turn.
  package let dimension: Int
}

extension Graph {
  /// The cosines and sines for these positions.
  /// - Parameter positions: 64-bit integers [batch, tokens].
  package func rotaryTables(_ rotary: RotaryEmbedding, positions: Value) throws(GraphError) -> RotaryTables {
    let half = rotary.dimension / 2
    let inverse = try inverseFrequencies(rotary, positions: positions)
    let target = try concat([extentVector(0, of: positions), integers([1]), integers([1])], axis: 0)
    let batched = try broadcast(reshape(inverse, [1, half, 1]), to: target)
    let floats = try convert(unsqueeze(positions, 1), to: .f32)
    // [batch, dimension/2, 1] · [batch, 1, tokens] → [batch, tokens, dimension/2]
    let angles = try transpose(append(MatMul(), [batched, floats]), [0, 2, 1])
    let doubled = try concat([angles, angles], axis: -1)
    let factor = Float(rotary.scaling.attentionFactor)
    return RotaryTables(
      cosines: try unsqueeze(scaled(unary(.cos, doubled), by: factor), 1),
      sines: try unsqueeze(scaled(unary(.sin, doubled), by: factor), 1), dimension: rotary.dimension)
  }

  /// Turns a value [batch, heads, tokens, head size]. The form is one that the plugins fuse to a RoPE node.
  package func rotate(_ input: Value, _ tables: RotaryTables) throws(GraphError) -> Value {
    guard let size = input.shape[3].fixed, size != tables.dimension else {
      return try rotateAll(input, tables)
    }
    let turning = try slice(input, from: 0, to: tables.dimension, axis: 3)
    let staying = try slice(input, from: tables.dimension, to: .max, axis: 3)
    return try concat([rotateAll(turning, tables), staying], axis: -1)
  }

  private func rotateAll(_ input: Value, _ tables: RotaryTables) throws(GraphError) -> Value {
    let half = tables.dimension / 2
    let second = try slice(input, from: half, to: .max, axis: 3)
    let first = try slice(input, from: 0, to: half, axis: 3)
    let crossed = try concat([multiply(second, float(-1)), first], axis: -1)
    return try add(multiply(input, tables.cosines), multiply(crossed, tables.sines))
  }

  /// The angle of each pair at position 1, as a vector [dimension/2].
  private func inverseFrequencies(
    _ rotary: RotaryEmbedding, positions: Value
  ) throws(GraphError) -> Value {
    func constant(_ values: [Double]) throws(GraphError) -> Value {
      try append(Constant(values.map(Float.init), shape: [values.count]))
    }
    switch rotary.scaling {
    case .longRope(let long, let short, let original, _):
      let length = try textLength(positions)
      let isLong = try binary(.greater, length, integer(original))
      return try append(
        Select(),
        [
          isLong, constant(rotary.inverseFrequencies(dividedBy: long)),
          constant(rotary.inverseFrequencies(dividedBy: short)),
        ])
    case .dynamic(let factor, let original):
      // base · (factor · length / original − (factor − 1))^(d / (d − 2)), with a length of at least the original
      let length = try binary(.maximum, textLength(positions), integer(original))
      let stretch = try add(
        scaled(convert(length, to: .f32), by: Float(factor / Double(original))), float(Float(1 - factor)))
      let dimension = Double(rotary.dimension)
      let exponents = (0..<rotary.dimension / 2).map {
        -2 * Double($0) / dimension * dimension / (dimension - 2)
      }
      return try multiply(
        binary(.power, stretch, constant(exponents)), constant(rotary.inverseFrequencies))
    case .none, .linear, .llama3, .yarn, .proportional: return try constant(rotary.inverseFrequencies)
    }
  }

  /// The length of the longest text so far: its largest position plus one, a scalar.
  private func textLength(_ positions: Value) throws(GraphError) -> Value {
    let flat = try reshape(positions, [-1])
    return try add(reduce(.max, flat, axis: 0, keepsDimensions: false), integer(1))
  }
}
