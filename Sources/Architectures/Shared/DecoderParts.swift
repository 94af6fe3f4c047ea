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

  /// `gate_proj`, `up_proj` and `down_proj`, or what a family calls them.
  func gatedFeedForward(
    _ scope: WeightScope, intermediate: Int, activation: Activation, bias: Bool = false,
    names: (gate: String, up: String, down: String) = ("gate_proj", "up_proj", "down_proj")
  ) throws(TensorError) -> FeedForward {
    FeedForward(
      name: scope.path, gate: try scope[names.gate].linear(intermediate, hiddenSize, bias: bias),
      up: try scope[names.up].linear(intermediate, hiddenSize, bias: bias),
      down: try scope[names.down].linear(hiddenSize, intermediate, bias: bias), activation: activation)
  }

  /// Two matrices with an activation between them.
  func plainFeedForward(
    _ scope: WeightScope, intermediate: Int, activation: Activation, bias: Bool = false,
    names: (up: String, down: String) = ("up_proj", "down_proj")
  ) throws(TensorError) -> FeedForward {
    FeedForward(
      name: scope.path, up: try scope[names.up].linear(intermediate, hiddenSize, bias: bias),
      down: try scope[names.down].linear(hiddenSize, intermediate, bias: bias), activation: activation)
  }

  /// A gated part whose gate and up projection are stored one under another as `gate_up_proj`.
  func fusedFeedForward(
    _ scope: WeightScope, intermediate: Int, activation: Activation
  ) throws(TensorError) -> FeedForward {
    let fused = try scope["gate_up_proj"].linear(2 * intermediate, hiddenSize)
    return FeedForward(
      name: scope.path, gate: fused.rows(0..<intermediate, name: scope["gate_proj"].path),
      up: fused.rows(intermediate..<2 * intermediate, name: scope["up_proj"].path),
      down: try scope["down_proj"].linear(hiddenSize, intermediate), activation: activation)
  }

  /// The activation that `hidden_act` names.
  func activation(_ key: String = "hidden_act", or fallback: String = "silu") throws -> Activation {
    let name = try keys.text(key, or: fallback)
    do {
      return try Activation(name: name)
    } catch {
      throw ArchitectureError(.unsupported, "config.json: '\(key)': \(error.message)")
    }
  }
}

/// The part of a layer that works on each token alone.
enum FeedForwardPart {
  /// The same matrices for all tokens.
  case dense(FeedForward)
  /// A few of many experts for each token.
  case experts(MixtureOfExperts)
  /// Experts, and besides them an expert that all tokens share.
  case expertsAndShared(MixtureOfExperts, FeedForward)
  /// Experts, and besides them an expert that all tokens share, weighted by a gate [1, hidden] of its own.
  case expertsAndGated(MixtureOfExperts, FeedForward, gate: Linear)
}

extension DecoderBuilder {
  /// The rows of the table [vocabulary, width] stored at `scope` that the tokens name.
  /// - Parameter width: the size of a row where it is not the hidden size.
  func embed(_ config: ModelConfiguration, _ scope: WeightScope, width: Int? = nil) throws -> Value {
    let table = try scope.weight("weight", [config.vocabularySize, width ?? config.hiddenSize])
    return try graph.within(scope.path) { try embed(table, name: scope.path + ".weight") }
  }

  /// Normalises, with nodes named after the norm.
  func normalize(_ value: Value, _ norm: Normalization) throws(GraphError) -> Value {
    try graph.within(norm.name) { () throws(GraphError) in try graph.normalize(value, norm) }
  }

  /// `hidden + factor · branch`, a residual connection.
  func add(_ hidden: Value, _ branch: Value, factor: Float = 1) throws(GraphError) -> Value {
    try graph.add(hidden, graph.scaled(branch, by: factor))
  }

  /// The layer that most families have: attention and then the feed-forward part, each on a normalised copy of the
  /// state and added to it.
  func preNormLayer(
    _ hidden: Value, index: Int, attentionNorm: Normalization, attention: any TokenMixer,
    feedForwardNorm: Normalization, feedForward: FeedForwardPart, residualFactor: Float = 1
  ) throws(GraphError) -> Value {
    let attended = try attention.mix(normalize(hidden, attentionNorm), in: self, layer: index)
    let middle = try add(hidden, attended, factor: residualFactor)
    let result = try apply(feedForward, normalize(middle, feedForwardNorm))
    return try add(middle, result, factor: residualFactor)
  }

  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  func apply(_ part: FeedForwardPart, _ input: Value) throws(GraphError) -> Value {
    switch part {
    case .dense(let dense): try feedForward(input, dense)
    case .experts(let experts): try mixture(input, experts)
    case .expertsAndShared(let experts, let shared):
      try graph.add(mixture(input, experts), feedForward(input, shared))
    case .expertsAndGated(let experts, let shared, let gate):
      try graph.add(
        mixture(input, experts),
        graph.multiply(
          graph.unary(.sigmoid, graph.linear(input, gate, role: .router)), feedForward(input, shared)))
    }
  }

  /// Finishes the graph with a head that is stored, or tied to the embedding.
  ///
  /// Where `tie_word_embeddings` is missing, a checkpoint without a head is a tied one.
  /// - Parameters:
  ///   - width: the size of the last state where it is not the hidden size.
  ///   - normalizesRows: whether each row of the head is divided by its length.
  func finish(
    _ hidden: Value, _ config: ModelConfiguration, head: WeightScope, embedding: WeightScope,
    bias: Bool = false, softcap: Float? = nil, width: Int? = nil, normalizesRows: Bool = false
  ) throws -> Graph {
    let tied = try config.keys.optionalFlag("tie_word_embeddings") ?? !head.contains("weight")
    let source = tied ? embedding : head
    let weight = try source.weight("weight", [config.vocabularySize, width ?? config.hiddenSize])
    let linear = Linear(
      name: head.path, weight: normalizesRows ? weight.rowsNormalized() : weight,
      bias: bias ? try head.weight("bias", [config.vocabularySize]) : nil)
    let sharedName = tied && !normalizesRows ? embedding.path + ".weight" : nil
    return try finish(hidden, head: linear, sharedName: sharedName, softcap: softcap)
  }
}
