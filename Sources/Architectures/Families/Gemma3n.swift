import Graph
import JSON
import Tensors

/// The text part of Gemma 3n: several copies of the state of which each layer works on one, a low-rank path beside
/// attention, embeddings for each layer, sparse activations, and caches that later layers share.
package struct Gemma3n: Architecture {
  package static let modelTypes = ["gemma3n_text"]
  package let config: ModelConfiguration
  package let ignoredTensors: [String]

  private let globalRotary, localRotary: RotaryEmbedding
  private let activation: Activation
  private let epsilon: Float
  private let softcap: Float?
  private let attentionBias, scalesCorrected: Bool
  private let windows: [Int?]
  private let sources: [Int?]
  private let intermediateSizes: [Int]
  private let sparsities: [ActivationSparsity?]
  private let inputs: PerLayerInputs
  private let laurelRank, copyCount, active: Int

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 2, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
      "sliding_window": 512, "final_logit_softcapping": 30, "vocab_size_per_layer_input": 262_144,
      "hidden_size_per_layer_input": 256, "altup_num_inputs": 4, "num_kv_shared_layers": 15,
      "laurel_rank": 64, "tie_word_embeddings": true, "max_position_embeddings": 32_768,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    globalRotary = try config.rotary(layerType: "full_attention", theta: 1_000_000)
    localRotary = try config.gemmaLocalRotary()
    activation = try config.activation("hidden_activation", or: "gelu_pytorch_tanh")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    softcap = try keys.optionalNumber("final_logit_softcapping").map { Float($0) }
    attentionBias = try keys.flag("attention_bias", or: false)
    scalesCorrected = try keys.flag("altup_correct_scale", or: true)
    windows = try config.slidingWindows { ($0 + 1) % 5 != 0 }
    sources = try config.cacheSources(isSliding: windows.map { $0 != nil })
    intermediateSizes = try config.perLayer("intermediate_size") { try keys.size("intermediate_size") }
    sparsities = try config.sparsities()
    inputs = PerLayerInputs(
      size: try keys.size("hidden_size_per_layer_input"),
      vocabularySize: try keys.size("vocab_size_per_layer_input", atMost: 1 << 28), epsilon: epsilon,
      activation: activation)
    laurelRank = try keys.size("laurel_rank")
    copyCount = try keys.size("altup_num_inputs", atMost: 64)
    active = keys.value("altup_active_idx")?.int ?? 0
    guard active >= 0, active < copyCount else {
      throw ArchitectureError(
        .badConfiguration, "config.json: 'altup_active_idx' is \(active) of \(copyCount)")
    }
    // Files may hold projections that layers with another's cache do not use.
    ignoredTensors =
      ["*rotary_emb.inv_freq", "lm_head.weight", "*.altup.correct_output_scale"]
      + ModelConfiguration.unusedProjections(sources)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let graph = decoder.graph, model = weights["model"]
    let embedded = try graph.scaled(
      decoder.embed(config, model["embed_tokens"]), by: Float(config.hiddenSize).squareRoot())
    let parts = try inputs.all(embedded, decoder, model, config)
    func stacked(_ name: String, of source: (Int) throws -> Value, first: Value) throws -> Value {
      var copies = [try graph.unsqueeze(first, 2)]
      for index in 1..<max(copyCount, 1) {
        let matrix = try model[name][index - 1].linear(config.hiddenSize, config.hiddenSize)
        copies.append(try graph.unsqueeze(decoder.projectedCopy(source(index), matrix, like: first), 2))
      }
      return copies.count == 1 ? copies[0] : try graph.concat(copies, axis: 2)
    }
    var copies = try stacked("altup_projections", of: { _ in embedded }, first: embedded)
    for index in 0..<config.layerCount {
      let part = try graph.gather(parts, graph.integer(index), axis: 2)
      copies = try layer(copies, part, decoder, model["layers"][index], index)
    }
    let ends = try stacked(
      "altup_unembed_projections", of: { try decoder.copy($0, of: copies) },
      first: decoder.copy(0, of: copies))
    let hidden = try graph.reduce(.mean, ends, axis: 2, keepsDimensions: false)
    return try decoder.finish(
      decoder.normalize(hidden, norm(model["norm"])), config, head: weights["lm_head"],
      embedding: model["embed_tokens"], softcap: softcap)
  }

  private func layer(
    _ copies: Value, _ part: Value, _ decoder: DecoderBuilder, _ scope: WeightScope, _ index: Int
  ) throws -> Value {
    let graph = decoder.graph
    let updates = try updates(scope["altup"])
    let predictions = try decoder.predicted(copies, updates)
    let state = try decoder.copy(active, of: predictions)
    let input = try decoder.normalize(state, norm(scope["input_layernorm"]))
    let attended = try decoder.normalize(
      attention(scope["self_attn"], index).mix(input, in: decoder, layer: index),
      norm(scope["post_attention_layernorm"]))
    let both = try graph.add(graph.add(state, attended), laurel(input, decoder, scope["laurel"]))
    let middle = try graph.scaled(both, by: 1 / Float(2).squareRoot())
    var feedForward = try config.gatedFeedForward(
      scope["mlp"], intermediate: intermediateSizes[index], activation: activation)
    feedForward.sparsity = sparsities[index]
    let result = try decoder.normalize(
      decoder.feedForward(
        decoder.normalize(middle, norm(scope["pre_feedforward_layernorm"])), feedForward),
      norm(scope["post_feedforward_layernorm"]))
    let corrected = try decoder.corrected(predictions, by: graph.add(middle, result), updates)
    var first = try decoder.copy(active, of: corrected)
    if scalesCorrected {
      let scale = try scope["altup"].weight("correct_output_scale", [config.hiddenSize])
      first = try graph.multiply(
        first, graph.weight(scale, role: .norm, name: scope["altup"].path + ".correct_output_scale"))
    }
    let addition = try inputs.addition(first, part: part, decoder, scope, hiddenSize: config.hiddenSize)
    // All copies but the first get it.
    let receives = try graph.append(
      Constant((0..<copyCount).map { $0 == 0 ? Float(0) : 1 }, shape: [1, 1, copyCount, 1]))
    return try graph.add(corrected, graph.multiply(graph.unsqueeze(addition, 2), receives))
  }

  /// `input` + norm(right(left(input))), with matrices of a low rank between.
  private func laurel(_ input: Value, _ decoder: DecoderBuilder, _ scope: WeightScope) throws -> Value {
    let left = try scope["linear_left"].linear(laurelRank, config.hiddenSize)
    let right = try scope["linear_right"].linear(config.hiddenSize, laurelRank)
    let projected = try decoder.graph.linear(decoder.graph.linear(input, left), right)
    return try decoder.add(input, decoder.normalize(projected, norm(scope["post_laurel_norm"])))
  }

  private func updates(_ scope: WeightScope) throws -> AlternatingUpdates {
    let size = config.hiddenSize
    return AlternatingUpdates(
      name: scope.path, count: copyCount, active: active,
      routerNorm: try norm(scope["router_norm"]).scaled(by: 1 / Float(size)),
      router: try scope["modality_router"].linear(copyCount, size),
      prediction: try scope["prediction_coefs"].linear(copyCount * copyCount, copyCount),
      correction: try scope["correction_coefs"].linear(copyCount, copyCount))
  }

  private func attention(_ scope: WeightScope, _ index: Int) throws -> any TokenMixer {
    try config.gemmaAttention(
      scope, rotary: windows[index] == nil ? globalRotary : localRotary, window: windows[index],
      source: sources[index], bias: attentionBias, epsilon: epsilon)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// Sizes that are one for all layers or one for each.
  fileprivate func perLayer(_ key: String, _ single: () throws -> Int) throws -> [Int] {
    guard let list = keys.value(key)?.array else { return Array(repeating: try single(), count: layerCount) }
    let sizes = list.compactMap(\.int).filter { $0 > 0 && $0 <= 1 << 24 }
    guard sizes.count == list.count, sizes.count >= layerCount else {
      throw ArchitectureError(.badConfiguration, "config.json: '\(key)' should have \(layerCount) sizes")
    }
    return sizes
  }

  /// `activation_sparsity_pattern`: 0.95 in the first ten layers of a larger model where the file has none.
  fileprivate func sparsities() throws -> [ActivationSparsity?] {
    let shares: [Double]
    if let list = try keys.value("activation_sparsity_pattern")?.array == nil
      ? nil : keys.numbers("activation_sparsity_pattern")
    {
      shares = list
    } else if let single = try keys.optionalNumber("activation_sparsity_pattern") {
      shares = Array(repeating: single, count: layerCount)
    } else {
      shares = (0..<layerCount).map { layerCount > 10 && $0 < 10 ? 0.95 : 0 }
    }
    guard shares.count >= layerCount, shares.allSatisfy({ $0 >= 0 && $0 < 1 }) else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: 'activation_sparsity_pattern' should have a share below 1 for each of \(layerCount) layers"
      )
    }
    return shares.prefix(layerCount).map { $0 > 0 ? ActivationSparsity(share: $0) : nil }
  }
}
