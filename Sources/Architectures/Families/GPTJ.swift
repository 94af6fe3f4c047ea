import Graph
import JSON
import Tensors

/// GPT-J and CodeGen: attention and feed-forward part side by side on one norm, rotary positions that pair neighbours in
/// a part of each head, and a head with a bias.
package struct GPTJ: Architecture {
  package static let modelTypes = ["codegen", "gptj"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*.attn.bias", "*.attn.masked_bias", "*.attn.causal_mask", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float

  package static func defaults(for modelType: String) -> JSONObject {
    ["rotary_dim": 64, "tie_word_embeddings": false]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    let turning = try keys.optionalSize("rotary_dim", atMost: config.headDimension) ?? config.headDimension
    guard turning % 2 == 0 else {
      throw ArchitectureError(.badConfiguration, "config.json: 'rotary_dim' is \(turning), which is odd")
    }
    rotary = RotaryEmbedding(dimension: turning, theta: 10_000)
    activation = try config.activation("activation_function", or: "gelu_new")
    intermediateSize = try keys.optionalSize("n_inner") ?? 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    guard config.modelType != "codegen" || config.headCount % GPTJ.codeGenParts == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(config.headCount) heads are not in \(GPTJ.codeGenParts) equal parts")
    }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.h", attentionNorm: "ln_1", norm: "transformer.ln_f")
    let decoder = PreNormDecoder(
      config: config, norm: norm, names: names, residual: .parallelOnOneNorm, headBias: true)
    return try decoder.build(weights, options) { layer, _ in
      var attention =
        try config.modelType == "codegen"
        ? codeGenAttention(layer["attn"]) : config.attention(layer["attn"], output: "out_proj")
      attention.rotary = rotary
      attention.pairNeighbours(rotary.dimension)
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: true,
        names: (up: "fc_in", down: "fc_out"))
      return (attention, .dense(mlp))
    }
  }

  /// The parts in which CodeGen was trained, and its projections are stored.
  private static let codeGenParts = 4

  /// Each part holds the queries, the values and the keys of a quarter of the heads.
  private func codeGenAttention(_ scope: WeightScope) throws -> Attention {
    let size = config.hiddenSize, quarter = size / GPTJ.codeGenParts
    let fused = try scope["qkv_proj"].linear(3 * size, size)
    func rows(_ index: Int, _ name: String) -> Linear {
      let order = (0..<GPTJ.codeGenParts).flatMap { part in
        let start = (3 * part + index) * quarter
        return Array(start..<start + quarter)
      }
      return fused.reordered(order).named(scope[name].path)
    }
    return Attention(
      name: scope.path, headCount: config.headCount, keyValueHeadCount: config.headCount,
      headDimension: config.headDimension, query: rows(0, "q_proj"), key: rows(2, "k_proj"),
      value: rows(1, "v_proj"), output: try scope["out_proj"].linear(size, size))
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
