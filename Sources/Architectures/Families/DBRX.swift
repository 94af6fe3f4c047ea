import Graph
import JSON
import Tensors

/// DBRX: query, key and value in one matrix whose results are limited, LayerNorm without bias, and experts stored one
/// under another.
package struct DBRX: Architecture {
  package static let modelTypes = ["dbrx"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let clip: Float?
  private let expertCount, expertSize, perToken: Int
  private let activation: Activation
  private let normalizesShares: Bool

  package init(_ config: ModelConfiguration) throws {
    let attention = ConfigurationKeys(config.keys.value("attn_config") ?? .null)
    let experts = ConfigurationKeys(config.keys.value("ffn_config") ?? .null)
    var config = config
    config.keyValueHeadCount = try attention.optionalSize("kv_n_heads") ?? 1
    guard config.headCount % config.keyValueHeadCount == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(config.headCount) attention heads do not share the \(config.keyValueHeadCount) of "
          + "'kv_n_heads'")
    }
    self.config = config
    rotary = try config.rotary(theta: attention.number("rope_theta", or: 10_000))
    clip = try attention.optionalNumber("clip_qkv").map { Float($0) }
    expertCount = try experts.optionalSize("moe_num_experts", atMost: 4096) ?? 4
    expertSize = try experts.optionalSize("ffn_hidden_size") ?? 3584
    perToken = try experts.optionalSize("moe_top_k", atMost: expertCount) ?? 1
    let act = ConfigurationKeys(experts.value("ffn_act_fn") ?? .null)
    activation = try Activation(name: act.text("name", or: "silu"))
    // The sum of the weights where the norm is the first; absent is the first, and null none.
    let file = config.json["ffn_config"]?["moe_normalize_expert_weights"]
    guard try experts.number("moe_normalize_expert_weights", or: 1) == 1 else {
      throw ArchitectureError(
        .unsupported,
        "config.json: 'moe_normalize_expert_weights' is \(file?.serialized() ?? ""), but only 1 is supported")
    }
    normalizesShares = file.map { !$0.isNull } ?? true
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.blocks", attentionNorm: "norm_attn_norm.norm_1",
      feedForwardNorm: "norm_attn_norm.norm_2", norm: "transformer.norm_f")
    return try PreNormDecoder(config: config, norm: norm, names: names).build(weights, options) { layer, _ in
      var attention = try config.fusedAttention(
        layer["norm_attn_norm.attn"], fused: "Wqkv", output: "out_proj")
      attention.rotary = rotary
      attention.clip = clip
      return (attention, .experts(try mixture(layer["ffn"])))
    }
  }

  private func mixture(_ scope: WeightScope) throws -> MixtureOfExperts {
    let hidden = config.hiddenSize, stored = scope["experts.mlp"]
    func matrices(_ name: String) throws -> Weight {
      try stored.weight(name, [expertCount * expertSize, hidden]).reshaped([expertCount, expertSize, hidden])
    }
    let routing = ExpertRouting(
      router: try scope["router.layer"].linear(expertCount, hidden), expertsPerToken: perToken,
      normalizesShares: normalizesShares)
    return MixtureOfExperts(
      name: scope.path, routing: routing, gate: try matrices("w1"), up: try matrices("v1"),
      down: try matrices("w2").eachTransposed(), activation: activation)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: 1e-5, bias: false)
  }
}
