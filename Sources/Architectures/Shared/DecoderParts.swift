import Graph
import JSON
import Tensors

// Parts that most families have, read from the configuration and the place of their weights.
extension ModelConfiguration {
  /// Attention with `q_proj`, `k_proj`, `v_proj` and `o_proj`.
  func attention(
    _ scope: WeightScope, bias: Bool = false, outputBias: Bool = false, output: String = "o_proj"
  ) throws(TensorError) -> Attention {
    let queries = headCount * headDimension, keys = keyValueHeadCount * headDimension
    return Attention(
      name: scope.path, headCount: headCount, keyValueHeadCount: keyValueHeadCount,
      headDimension: headDimension,
      query: try scope["q_proj"].linear(queries, hiddenSize, bias: bias),
      key: try scope["k_proj"].linear(keys, hiddenSize, bias: bias),
      value: try scope["v_proj"].linear(keys, hiddenSize, bias: bias),
      output: try scope[output].linear(hiddenSize, queries, bias: outputBias))
  }

  /// `gate_proj`, `up_proj` and `down_proj`.
  func gatedFeedForward(
    _ scope: WeightScope, intermediate: Int, activation: Activation, bias: Bool = false
  ) throws(TensorError) -> FeedForward {
    FeedForward(
      name: scope.path, gate: try scope["gate_proj"].linear(intermediate, hiddenSize, bias: bias),
      up: try scope["up_proj"].linear(intermediate, hiddenSize, bias: bias),
      down: try scope["down_proj"].linear(hiddenSize, intermediate, bias: bias), activation: activation)
  }

  /// The activation that `hidden_act` names.
  func activation(_ key: String = "hidden_act", or fallback: String = "silu") throws -> Activation {
    try Activation(name: keys.text(key, or: fallback))
  }
}

extension DecoderBuilder {
  /// The rows of the table [vocabulary, hidden] stored at `scope` that the tokens name.
  func embed(_ config: ModelConfiguration, _ scope: WeightScope) throws -> Value {
    let table = try scope.weight("weight", [config.vocabularySize, config.hiddenSize])
    return try graph.within(scope.path) { try embed(table, name: scope.path + ".weight") }
  }

  /// Normalises, with nodes named after the norm.
  func normalize(_ value: Value, _ norm: Normalization) throws(GraphError) -> Value {
    try graph.within(norm.name) { () throws(GraphError) in try graph.normalize(value, norm) }
  }

  /// `value + other`, a residual connection.
  func add(_ value: Value, _ other: Value) throws(GraphError) -> Value { try graph.add(value, other) }

  /// Finishes the graph with a head that is stored, or tied to the embedding.
  ///
  /// Where `tie_word_embeddings` is missing, a checkpoint without a head is a tied one.
  /// - Parameter factor: what logits are multiplied by; it goes into the head's weight.
  func finish(
    _ hidden: Value, _ config: ModelConfiguration, head: WeightScope, embedding: WeightScope,
    bias: Bool = false,
    factor: Float = 1, softcap: Float? = nil
  ) throws -> Graph {
    let tied = try config.keys.optionalFlag("tie_word_embeddings") ?? !head.contains("weight")
    let source = tied ? embedding : head
    let weight = try source.weight("weight", [config.vocabularySize, config.hiddenSize])
    let linear = Linear(
      name: head.path, weight: weight.affine(factor: factor),
      bias: bias ? try head.weight("bias", [config.vocabularySize]).affine(factor: factor) : nil)
    let sharedName = tied && factor == 1 ? embedding.path + ".weight" : nil
    return try finish(hidden, head: linear, sharedName: sharedName, softcap: softcap)
  }
}
