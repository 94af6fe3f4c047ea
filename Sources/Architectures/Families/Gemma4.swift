import Graph
import JSON
import Tensors

/// The text part of Gemma 4: heads of another size in layers that see everything, a share of them turned, embeddings for
/// each layer, caches that later layers share, and in some models experts beside the feed-forward part.
package struct Gemma4: Architecture {
  package static let modelTypes = ["gemma4_text"]
  package let config: ModelConfiguration
  package let ignoredTensors: [String]

  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let softcap: Float?
  private let attentionBias, sharesKeyProjection, isDoubleWide: Bool
  private let windows: [Int?]
  private let sources: [Int?]
  private let inputs: PerLayerInputs?
  private let experts: ExpertSettings?
  /// The configuration of each layer, whose heads may differ.
  private let layers: [ModelConfiguration]

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 4, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
      "sliding_window": 512, "vocab_size_per_layer_input": 262_144, "hidden_size_per_layer_input": 256,
      "tie_word_embeddings": true, "max_position_embeddings": 131_072,
      "rope_parameters": [
        "sliding_attention": ["rope_type": "default", "rope_theta": 10_000],
        "full_attention": [
          "rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1_000_000,
        ],
      ],
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    if let direction = keys.value("use_bidirectional_attention")?.string, direction == "all" {
      throw ArchitectureError(
        .unsupported,
        "config.json: 'use_bidirectional_attention' is \"all\", but only causal attention is supported")
    }
    activation = try config.activation("hidden_activation", or: "gelu_pytorch_tanh")
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    softcap = try keys.optionalNumber("final_logit_softcapping").map { Float($0) }
    attentionBias = try keys.flag("attention_bias", or: false)
    sharesKeyProjection = try keys.flag("attention_k_eq_v", or: false)
    isDoubleWide = try keys.flag("use_double_wide_mlp", or: false)
    var windows = try config.slidingWindows { ($0 + 1) % 6 != 0 }
    // The last layer sees everything, whatever the file says.
    windows[windows.count - 1] = nil
    self.windows = windows
    sources = try config.cacheSources(isSliding: windows.map { $0 != nil })
    layers = try windows.enumerated().map { try config.gemmaLayer($0.offset, isGlobal: $0.element == nil) }
    inputs =
      keys.value("hidden_size_per_layer_input") == 0
      ? nil
      : PerLayerInputs(
        size: try keys.size("hidden_size_per_layer_input"),
        vocabularySize: try keys.size("vocab_size_per_layer_input", atMost: 1 << 28), epsilon: epsilon,
        activation: activation)
    experts = try keys.flag("enable_moe_block", or: false) ? config.gemmaExperts(activation) : nil
    ignoredTensors =
      ["*rotary_emb.inv_freq", "lm_head.weight"] + ModelConfiguration.unusedProjections(sources)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let graph = decoder.graph, model = weights["model"]
    let embedded = try graph.scaled(
      decoder.embed(config, model["embed_tokens"]), by: Float(config.hiddenSize).squareRoot())
    let parts = try inputs?.all(embedded, decoder, model, config)
    var hidden = embedded
    for index in 0..<config.layerCount {
      let scope = model["layers"][index]
      hidden = try layer(hidden, decoder, scope, index)
      if let inputs, let parts {
        let part = try graph.gather(parts, graph.integer(index), axis: 2)
        let addition = try inputs.addition(hidden, part: part, decoder, scope, hiddenSize: config.hiddenSize)
        hidden = try decoder.add(hidden, addition)
      }
      if let scalar = try scope.optionalWeight("layer_scalar", [1]) {
        hidden = try graph.multiply(
          hidden, graph.weight(scalar, role: .norm, name: scope.path + ".layer_scalar"))
      }
    }
    return try decoder.finish(
      decoder.normalize(hidden, norm(model["norm"])), config, head: weights["lm_head"],
      embedding: model["embed_tokens"], softcap: softcap)
  }

  private func layer(
    _ hidden: Value, _ decoder: DecoderBuilder, _ scope: WeightScope, _ index: Int
  ) throws -> Value {
    let isGlobal = windows[index] == nil
    let mixer = try layers[index].gemmaAttention(
      scope["self_attn"],
      rotary: layers[index].rotary(
        layerType: isGlobal ? "full_attention" : "sliding_attention", theta: isGlobal ? 1_000_000 : 10_000),
      window: windows[index], source: sources[index], bias: attentionBias, epsilon: epsilon,
      sharesKeyProjection: sharesKeyProjection && isGlobal)
    let input = try decoder.normalize(hidden, norm(scope["input_layernorm"]))
    let attended = try decoder.normalize(
      mixer.mix(input, in: decoder, layer: index), norm(scope["post_attention_layernorm"]))
    let middle = try decoder.add(hidden, attended)
    let width = isDoubleWide && sources[index] != nil ? 2 * intermediateSize : intermediateSize
    var result = try decoder.feedForward(
      decoder.normalize(middle, norm(scope["pre_feedforward_layernorm"])),
      config.gatedFeedForward(scope["mlp"], intermediate: width, activation: activation))
    if let experts { result = try withExperts(result, middle, decoder, scope, experts) }
    return try decoder.add(
      middle, decoder.normalize(result, norm(scope["post_feedforward_layernorm"])))
  }

  /// The dense part's result and that of experts, which read the same state and are chosen by it, each normalised.
  private func withExperts(
    _ dense: Value, _ state: Value, _ decoder: DecoderBuilder, _ scope: WeightScope, _ experts: ExpertSettings
  ) throws -> Value {
    var mixture = try config.experts(scope, experts, router: "router.proj")
    mixture.routing.expertScale = try scope["router"].weight("per_expert_scale", [experts.count])
    let routerNorm = Normalization(
      .rootMeanSquare, name: scope["router"].path, epsilon: epsilon,
      weight: try scope["router"].weight("scale", [config.hiddenSize])
        .affine(factor: 1 / Float(config.hiddenSize).squareRoot()))
    let answered = try decoder.mixture(
      decoder.normalize(state, norm(scope["pre_feedforward_layernorm_2"])), mixture,
      chosenBy: decoder.normalize(state, routerNorm))
    return try decoder.add(
      decoder.normalize(dense, norm(scope["post_feedforward_layernorm_1"])),
      decoder.normalize(answered, norm(scope["post_feedforward_layernorm_2"])))
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// The configuration with the heads of a layer: `per_layer_config`, or in older files `global_head_dim` and
  /// `num_global_key_value_heads` for layers that see everything.
  fileprivate func gemmaLayer(_ index: Int, isGlobal: Bool) throws -> ModelConfiguration {
    var layer = self
    if let overrides = keys.value("per_layer_config") {
      let own = ConfigurationKeys(overrides[String(index)] ?? .null)
      layer.headDimension = try own.optionalSize("head_dim") ?? headDimension
      layer.keyValueHeadCount = try own.optionalSize("num_key_value_heads") ?? keyValueHeadCount
    } else if isGlobal {
      layer.headDimension = try keys.optionalSize("global_head_dim") ?? 512
      if try keys.flag("attention_k_eq_v", or: false) {
        layer.keyValueHeadCount = try keys.optionalSize("num_global_key_value_heads") ?? keyValueHeadCount
      }
    }
    guard headCount % layer.keyValueHeadCount == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(headCount) attention heads of layer \(index) do not share \(layer.keyValueHeadCount) key-value heads"
      )
    }
    return layer
  }

  fileprivate func gemmaExperts(_ activation: Activation) throws -> ExpertSettings {
    var experts = try ExpertSettings(self, normalizesShares: true)
    experts.perToken = try keys.size("top_k_experts", atMost: experts.count)
    experts.activation = activation
    return experts
  }
}
