import Graph
import Tensors

/// Embeddings that each layer has of its own (Gemma 3n and 4): a second table with a part for each layer, and a
/// projection of the first embedding.
struct PerLayerInputs: Sendable {
  /// The size of a layer's part (`hidden_size_per_layer_input`).
  var size: Int
  /// How many tokens the table has (`vocab_size_per_layer_input`).
  var vocabularySize: Int
  /// ε of the norms.
  var epsilon: Float
  /// What is applied to a layer's gate.
  var activation: Activation

  /// All layers' parts, [batch, tokens, layers, size], of tokens and their embeddings.
  func all(
    _ embedded: Value, _ decoder: DecoderBuilder, _ model: WeightScope, _ config: ModelConfiguration
  ) throws -> Value {
    let graph = decoder.graph, width = config.layerCount * size
    let scope = model["embed_tokens_per_layer"]
    let table = try scope.weight("weight", [vocabularySize, width])
    let own = try graph.within(scope.path) {
      var tokens = decoder.tokens
      if vocabularySize < config.vocabularySize {
        // Tokens beyond the table, of images and sounds, take the first row.
        let isThere = try graph.binary(.greater, graph.integer(vocabularySize), tokens)
        tokens = try graph.append(Select(), [isThere, tokens, graph.integer(0)])
      }
      let matrix = try graph.weight(table, role: .embedding, name: scope.path + ".weight")
      let rows = try graph.scaled(graph.gather(matrix, tokens, axis: 0), by: Float(size).squareRoot())
      return try decoder.prepared("per_layer_embeds", graph.reshape(rows, [0, 0, config.layerCount, size]))
    }
    let projected = try graph.scaled(
      graph.linear(embedded, model["per_layer_model_projection"].linear(width, config.hiddenSize)),
      by: 1 / Float(config.hiddenSize).squareRoot())
    let normalized = try decoder.normalize(
      graph.reshape(projected, [0, 0, config.layerCount, size]),
      model["per_layer_projection_norm"].rootMeanSquareNorm(size, epsilon: epsilon))
    return try graph.scaled(graph.add(normalized, own), by: 1 / Float(2).squareRoot())
  }

  /// What a layer adds for its part: norm(project(activation(gate(input)) · part)).
  func addition(
    _ input: Value, part: Value, _ decoder: DecoderBuilder, _ layer: WeightScope, hiddenSize: Int
  ) throws -> Value {
    let graph = decoder.graph
    let gate = try graph.activate(
      graph.linear(input, layer["per_layer_input_gate"].linear(size, hiddenSize)), activation)
    let projected = try graph.linear(
      graph.multiply(gate, part), layer["per_layer_projection"].linear(hiddenSize, size))
    return try decoder.normalize(
      projected, layer["post_per_layer_input_norm"].rootMeanSquareNorm(hiddenSize, epsilon: epsilon))
  }
}

extension ModelConfiguration {
  /// Projections that files may hold and layers with another's cache do not use.
  static func unusedProjections(_ sources: [Int?]) -> [String] {
    sources.indices.filter { sources[$0] != nil }.flatMap { layer in
      ["k_proj", "v_proj", "k_norm", "v_norm"].map { "model.layers.\(layer).self_attn.\($0).*" }
    }
  }

  /// The layer whose cache each layer reads, nil for those with one of their own: the last `num_kv_shared_layers` read
  /// that of the last layer of their type before them.
  func cacheSources(isSliding: [Bool]) throws -> [Int?] {
    let shared = keys.value("num_kv_shared_layers")?.int ?? 0
    let first = layerCount - shared
    guard shared >= 0, first > 0 || shared == 0 else {
      throw ArchitectureError(
        .badConfiguration, "config.json: \(shared) of \(layerCount) layers cannot read the caches of others")
    }
    return try (0..<layerCount).map { layer in
      guard layer >= first else { return nil }
      guard let source = (0..<first).last(where: { isSliding[$0] == isSliding[layer] }) else {
        throw ArchitectureError(
          .badConfiguration,
          "config.json: layer \(layer) reads the cache of a layer of its type, but there is none")
      }
      return source
    }
  }
}
