import Graph
import Tensors

/// StableLM 2 and 3B: LayerNorm, rotary positions on a part of each head, and in some models attention and
/// feed-forward part side by side.
package struct StableLM: Architecture {
  package static let modelTypes = ["stablelm"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, isParallel, normalizesHeads: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(partial: 0.25)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("layer_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("use_qkv_bias", or: false)
    isParallel = try keys.flag("use_parallel_residual", or: false)
    normalizesHeads = try keys.flag("qk_layernorm", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let attention = try attention(layer["self_attn"])
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      if isParallel {
        let input = try decoder.normalize(hidden, norm(layer["input_layernorm"]))
        let attended = try decoder.add(hidden, decoder.attend(input, attention, layer: index))
        hidden = try decoder.add(attended, decoder.feedForward(input, mlp))
      } else {
        hidden = try decoder.preNormLayer(
          hidden, index: index,
          attentionNorm: norm(layer["input_layernorm"]), attention: attention,
          feedForwardNorm: norm(layer["post_attention_layernorm"]), feedForward: .dense(mlp))
      }
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias)
    attention.rotary = rotary
    if normalizesHeads {
      attention.queryNorm = .perHead(try headNorm(scope["q_layernorm"], config.headCount))
      attention.keyNorm = .perHead(try headNorm(scope["k_layernorm"], config.keyValueHeadCount))
    }
    return attention
  }

  /// A norm of its own for each head, stored one by one as `norms.N`.
  private func headNorm(_ scope: WeightScope, _ heads: Int) throws -> Normalization {
    let parts = try (0..<heads).map { try scope["norms"][$0].weight("weight", [config.headDimension]) }
    return Normalization(
      .layer, name: scope.path, epsilon: epsilon,
      weight: .stacked(parts.map { $0.reshaped([1, config.headDimension]) }))
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
