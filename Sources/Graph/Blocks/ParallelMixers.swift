/// Several mixers side by side on the same input, whose results are added.
package struct ParallelMixers: TokenMixer {
  /// A mixer, and what its input and its result are multiplied with.
  package struct Part: Sendable {
    /// What mixes.
    package var mixer: any TokenMixer
    /// What its input is multiplied with.
    package var inputFactor: Float
    /// What its result is multiplied with.
    package var outputFactor: Float

    /// A mixer with its factors.
    package init(_ mixer: any TokenMixer, inputFactor: Float = 1, outputFactor: Float = 1) {
      self.mixer = mixer
      self.inputFactor = inputFactor
      self.outputFactor = outputFactor
    }
  }

  /// The mixer that comes first.
  package var first: Part
  /// The one beside it.
  package var second: Part

  /// Two mixers side by side.
  package init(_ first: Part, _ second: Part) {
    self.first = first
    self.second = second
  }

  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    func result(_ part: Part) throws(GraphError) -> Value {
      let entered = try decoder.graph.scaled(input, by: part.inputFactor)
      return try decoder.graph.scaled(
        part.mixer.mix(entered, in: decoder, layer: layer), by: part.outputFactor)
    }
    return try decoder.graph.add(result(first), result(second))
  }
}
