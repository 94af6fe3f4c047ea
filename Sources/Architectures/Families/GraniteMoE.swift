import Graph
import Tensors

/// Granite 3 with experts: Granite's factors, and experts stored as one tensor each for input and output.
public struct GraniteMoE: Architecture {
  public static let modelTypes = ["granitemoe"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let experts: ExpertSettings
  private let epsilon, embeddingFactor, residualFactor, attentionFactor, logitsDivisor: Float
  private let attentionBias: Bool

  public init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary()
    experts = try ExpertSettings(config, intermediateKey: "intermediate_size", normalizesShares: true)
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    embeddingFactor = Float(try keys.number("embedding_multiplier", or: 1))
    residualFactor = Float(try keys.number("residual_multiplier", or: 1))
    attentionFactor = Float(try keys.number("attention_multiplier", or: 1))
    logitsDivisor = Float(try keys.number("logits_scaling", or: 1))
    attentionBias = try keys.flag("attention_bias", or: false)
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, embeddingFactor: embeddingFactor, residualFactor: residualFactor,
      lastFactor: 1 / logitsDivisor)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.scale = attentionFactor
      return (
        attention,
        .experts(try mixture(layer["block_sparse_moe"]))
      )
    }
  }

  private func mixture(_ scope: WeightScope) throws -> MixtureOfExperts {
    let count = experts.count, inner = experts.intermediateSize, hidden = config.hiddenSize
    let both = try scope["input_linear"].weight("weight", [count, 2 * inner, hidden])
    /// The rows from `start` on of each expert: gates come first, then up projections.
    func half(_ start: Int) -> Weight {
      let rows = (0..<count).flatMap { expert in
        let first = expert * 2 * inner + start
        return Array(first..<first + inner)
      }
      return both.reshaped([count * 2 * inner, hidden]).reordered(rows).reshaped([count, inner, hidden])
    }
    return MixtureOfExperts(
      name: scope.path, router: try scope["router.layer"].linear(count, hidden), gate: half(0),
      up: half(inner), down: try scope["output_linear"].weight("weight", [count, hidden, inner]),
      expertsPerToken: experts.perToken, normalizesShares: experts.normalizesShares)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
