import Graph
import JSON
import Tensors

/// The text part of Llama 4: in most layers, attention within pieces of the text and rotary positions that pair
/// neighbours; in the others neither, but queries that grow with their position. Experts in all layers or some, whose
/// weight scales what they get.
package struct Llama4: Architecture {
  package static let modelTypes = ["llama4_text"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "*rotary_emb.freqs", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize, denseSize: Int
  private let epsilon: Float
  private let attentionBias, normalizesHeads: Bool
  private let temperature: QueryTemperature?
  private let experts: ExpertSettings
  private let expertLayers: Set<Int>
  private let turns: [Bool]
  private let chunks: [Int?]

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "head_dim": 128, "intermediate_size_mlp": 16_384, "num_local_experts": 16,
      "num_experts_per_tok": 1, "interleave_moe_layer_step": 1, "attention_chunk_size": 8192,
      "max_position_embeddings": 131_072,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(theta: 500_000)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    denseSize = try keys.size("intermediate_size_mlp")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("attention_bias", or: false)
    normalizesHeads = try keys.flag("use_qk_norm", or: true)
    temperature =
      try keys.flag("attn_temperature_tuning", or: true)
      ? QueryTemperature(
        scale: Float(keys.number("attn_scale", or: 0.1)), floor: Float(keys.number("floor_scale", or: 8192)),
        offset: 1) : nil
    var experts = try ExpertSettings(config, intermediateKey: "intermediate_size")
    experts.scoring = .sigmoid
    experts.normalizesShares = false
    self.experts = experts
    let step = try keys.optionalSize("interleave_moe_layer_step") ?? 1
    expertLayers =
      try keys.numbers("moe_layers").map { Set($0.compactMap { Int(exactly: $0) }) }
      ?? Set((0..<config.layerCount).filter { ($0 + 1) % step == 0 })
    let interval = try keys.optionalSize("no_rope_layer_interval") ?? 4
    turns = try config.turningLayers(interval: interval)
    chunks = try config.chunks(turns)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    try PreNormDecoder(config: config, norm: norm).build(weights, options) { layer, index in
      (try attention(layer["self_attn"], index), try feedForward(layer["feed_forward"], index))
    }
  }

  private func attention(_ scope: WeightScope, _ index: Int) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.attentionChunkSize = chunks[index]
    guard turns[index] else {
      attention.temperature = temperature
      return attention
    }
    attention.rotary = rotary
    attention.pairNeighbours(rotary.dimension)
    if normalizesHeads {
      // A norm without weights.
      attention.queryNorm = .perHeadAfterRotary(
        Normalization(.rootMeanSquare, name: scope["q_norm"].path, epsilon: epsilon))
      attention.keyNorm = .perHeadAfterRotary(
        Normalization(.rootMeanSquare, name: scope["k_norm"].path, epsilon: epsilon))
    }
    return attention
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    guard expertLayers.contains(index) else {
      return .dense(
        try config.gatedFeedForward(scope, intermediate: denseSize, activation: activation))
    }
    let count = experts.count, inner = experts.intermediateSize, hidden = config.hiddenSize
    let stored = scope["experts"]
    let both = try stored.weight("gate_up_proj", [count, hidden, 2 * inner]).eachTransposed()
    var mixture = MixtureOfExperts(
      name: scope.path, routing: experts.routing(try scope["router"].linear(count, hidden)),
      gate: both.rowsOfEach(0..<inner), up: both.rowsOfEach(inner..<2 * inner),
      down: try stored.weight("down_proj", [count, inner, hidden]).eachTransposed(), activation: activation)
    mixture.weighsInput = true
    let shared = try config.gatedFeedForward(
      scope["shared_expert"], intermediate: intermediateSize, activation: activation)
    return .expertsAndShared(mixture, shared)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// The length of the pieces that each layer's attention keeps to; nil for layers that see the whole text. Pieces as
  /// long as the longest text are none.
  fileprivate func chunks(_ turns: [Bool]) throws -> [Int?] {
    let size = try keys.optionalSize("attention_chunk_size")
    let piece = size.flatMap { $0 < maximumLength ? $0 : nil }
    guard let types = keys.value("layer_types")?.array else { return turns.map { $0 ? piece : nil } }
    guard types.count >= layerCount else {
      throw ArchitectureError(
        .badConfiguration, "config.json: 'layer_types' has \(types.count) entries for \(layerCount) layers")
    }
    return try types.prefix(layerCount).map { type in
      switch type.string {
      case "chunked_attention": return piece
      case "full_attention": return nil
      default:
        throw ArchitectureError(
          .unsupported, "config.json: the layer type \(type.serialized()) is not supported")
      }
    }
  }
}
