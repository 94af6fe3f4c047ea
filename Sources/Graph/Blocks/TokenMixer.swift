/// The part of a layer in which tokens learn of earlier ones: attention, or what stands in its place.
package protocol TokenMixer: Sendable {
  /// [batch, tokens, hidden] → [batch, tokens, hidden]; `layer` numbers the state that is kept from run to run.
  func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value
}

extension Attention: TokenMixer {
  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    try decoder.attend(input, self, layer: layer)
  }
}

extension GatedDeltaNet: TokenMixer {
  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    try decoder.attendLinearly(input, self)
  }
}

extension SelectiveStateSpace: TokenMixer {
  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    try decoder.scan(input, self)
  }
}

extension SelectiveScan: TokenMixer {
  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    try decoder.scan(input, self)
  }
}

extension ShortConvolution: TokenMixer {
  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    try decoder.convolve(input, self)
  }
}

extension LatentAttention: TokenMixer {
  package func mix(_ input: Value, in decoder: DecoderBuilder, layer: Int) throws(GraphError) -> Value {
    try decoder.attend(input, self, layer: layer)
  }
}
