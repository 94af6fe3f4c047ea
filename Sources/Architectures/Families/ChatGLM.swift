import Graph
import JSON
import Tensors

/// ChatGLM 2 and 3 and GLM 4 9B under the names of their own code: rotary positions that pair neighbours in half of each
/// head, query, key and value in one matrix, and so gate and up projection.
package struct ChatGLM: Architecture {
  package static let modelTypes = ["chatglm"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_pos_emb.inv_freq", "transformer.output_layer.weight"]

  private let rotary: RotaryEmbedding
  private let intermediateSize: Int
  private let epsilon: Float
  private let bias, qkvBias: Bool

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": false] }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    var config = config
    try keys.require("rmsnorm", true, because: "only RMSNorm is supported")
    try keys.require("post_layer_norm", true, because: "only models with a last norm are supported")
    try keys.require(
      "apply_residual_connection_post_layernorm", false,
      because: "only residual connections around the norms are supported")
    try keys.require("original_rope", true, because: "only the original rotary positions are supported")
    config.headDimension = try keys.optionalSize("kv_channels") ?? config.headDimension
    if try keys.flag("multi_query_attention", or: false) {
      config.keyValueHeadCount = try keys.size("multi_query_group_num", atMost: config.headCount)
    }
    guard config.headCount % config.keyValueHeadCount == 0, config.headDimension % 4 == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(config.headCount) heads of \(config.headDimension) do not share "
          + "\(config.keyValueHeadCount) 'multi_query_group_num'")
    }
    self.config = config
    rotary = RotaryEmbedding(
      dimension: config.headDimension / 2, theta: 10_000 * (try keys.number("rope_ratio", or: 1)))
    intermediateSize = try keys.size("ffn_hidden_size")
    epsilon = Float(try keys.number("layernorm_epsilon", or: 1e-5))
    bias = try keys.flag("add_bias_linear", or: false)
    qkvBias = try bias || keys.flag("add_qkv_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.embedding.word_embeddings", layers: "transformer.encoder.layers",
      norm: "transformer.encoder.final_layernorm", head: "transformer.output_layer")
    return try PreNormDecoder(config: config, norm: norm, names: names).build(weights, options) { layer, _ in
      var attention = try config.fusedAttention(
        layer["self_attention"], fused: "query_key_value", output: "dense", bias: qkvBias, outputBias: bias)
      attention.rotary = rotary
      attention.pairNeighbours(rotary.dimension)
      return (attention, .dense(try feedForward(layer["mlp"])))
    }
  }

  private func feedForward(_ scope: WeightScope) throws -> FeedForward {
    let both = try scope["dense_h_to_4h"].linear(2 * intermediateSize, config.hiddenSize, bias: bias)
    return FeedForward(
      name: scope.path, gate: both.rows(0..<intermediateSize, name: scope["gate_proj"].path),
      up: both.rows(intermediateSize..<2 * intermediateSize, name: scope["up_proj"].path),
      down: try scope["dense_4h_to_h"].linear(config.hiddenSize, intermediateSize, bias: bias),
      activation: .silu)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
