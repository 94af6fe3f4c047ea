import Graph
import JSON
import Tensors

/// Falcon 7B, 40B and 180B, and Falcon-RW: query, key and value in one matrix, attention and feed-forward part side by
/// side in most, rotary positions or linear biases.
package struct Falcon: Architecture {
  package static let modelTypes = ["falcon"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  /// Nil where biases by distance stand for positions.
  private let rotary: RotaryEmbedding?
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let bias: Bool
  private let names: DecoderNames
  private let residual: PreNormDecoder.Residual

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": true] }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    var config = config
    let isNew = try keys.flag("new_decoder_architecture", or: false)
    let isMultiQuery = try keys.flag("multi_query", or: true)
    if isNew {
      config.keyValueHeadCount = try keys.optionalSize("num_kv_heads", "n_head_kv") ?? config.headCount
    } else {
      config.keyValueHeadCount = isMultiQuery ? 1 : config.headCount
    }
    guard config.headCount % config.keyValueHeadCount == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(config.headCount) attention heads do not share the \(config.keyValueHeadCount) of "
          + "'num_kv_heads'")
    }
    self.config = config
    rotary = try keys.flag("alibi", or: false) ? nil : config.rotary()
    activation = try config.activation("activation", or: "gelu")
    intermediateSize = try keys.optionalSize("ffn_hidden_size") ?? 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    bias = try keys.flag("bias", or: false)
    let isParallel = try keys.flag("parallel_attn", or: true)
    let norms = try keys.optionalSize("num_ln_in_parallel_attn") ?? (isNew ? 2 : 1)
    var names = DecoderNames(
      embedding: "transformer.word_embeddings", layers: "transformer.h", norm: "transformer.ln_f")
    if isNew, isParallel, norms == 2 { (names.attentionNorm, names.feedForwardNorm) = ("ln_attn", "ln_mlp") }
    self.names = names
    residual = !isParallel ? .sequential : isNew && norms == 2 ? .parallel : .parallelOnOneNorm
    guard isParallel || !isNew else {
      throw ArchitectureError(
        .unsupported, "config.json: 'new_decoder_architecture' without 'parallel_attn' is not supported")
    }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm, names: names, residual: residual)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.groupedAttention(
        layer["self_attention"], fused: "query_key_value", output: "dense", bias: bias, outputBias: bias)
      attention.rotary = rotary
      if rotary == nil {
        // Biases are scaled as scores are.
        let scale = 1 / Float(config.headDimension).squareRoot()
        attention.slopes = LinearBiases.slopes(heads: config.headCount).map { $0 * scale }
      }
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: bias,
        names: (up: "dense_h_to_4h", down: "dense_4h_to_h"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
