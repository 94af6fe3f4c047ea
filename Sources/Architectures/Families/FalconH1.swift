import Graph
import JSON
import Tensors

/// Falcon-H1: in each layer attention and a state space side by side, with a factor at every joint.
package struct FalconH1: Architecture {
  package static let modelTypes = ["falcon_h1"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "*.mup_vector", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, feedForwardBias, outputBias: Bool
  private let space: StateSpaceSettings
  private let normalizes, normalizesFirst: Bool
  private let factors: Factors

  /// The factors, named after their keys.
  private struct Factors {
    var embedding, head, key, attentionIn, attentionOut, spaceIn, spaceOut: Float
    /// Of the gate and of the result of the feed-forward part.
    var feedForward: [Float]
    /// Of gate, heads, the two factors and the time of the state space.
    var space: [Float]

    init(_ keys: ConfigurationKeys) throws {
      func factor(_ name: String) throws -> Float { Float(try keys.number(name + "_multiplier", or: 1)) }
      func list(_ name: String, _ count: Int) throws -> [Float] {
        let given = try keys.numbers(name)?.map { Float($0) } ?? Array(repeating: 1, count: count)
        guard given.count == count else {
          throw ArchitectureError(.badConfiguration, "config.json: '\(name)' should have \(count) numbers")
        }
        return given
      }
      embedding = try factor("embedding")
      head = try factor("lm_head")
      key = try factor("key")
      attentionIn = try factor("attention_in")
      attentionOut = try factor("attention_out")
      spaceIn = try factor("ssm_in")
      spaceOut = try factor("ssm_out")
      feedForward = try list("mlp_multipliers", 2)
      space = try list("ssm_multipliers", 5)
    }
  }

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "mamba_d_ssm": 1024, "mamba_n_heads": 128, "mamba_d_state": 256,
      "max_position_embeddings": 8192,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("attention_bias", or: false)
    feedForwardBias = try keys.flag("mlp_bias", or: false)
    outputBias = try keys.flag("projectors_bias", or: false)
    space = try StateSpaceSettings(mamba: config, epsilon: epsilon)
    normalizes = try keys.flag("mamba_rms_norm", or: false)
    normalizesFirst = try keys.flag("mamba_norm_before_gate", or: true)
    factors = try Factors(keys)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, isRecurrent: true,
      names: DecoderNames(feedForwardNorm: "pre_ff_layernorm", norm: "model.final_layernorm"),
      embeddingFactor: factors.embedding, lastFactor: factors.head)
    return try decoder.build(weights, options) { layer, _ in
      let both = ParallelMixers(
        ParallelMixers.Part(
          try stateSpace(layer["mamba"]), inputFactor: factors.spaceIn, outputFactor: factors.spaceOut),
        ParallelMixers.Part(
          try attention(layer["self_attn"]), inputFactor: factors.attentionIn,
          outputFactor: factors.attentionOut))
      return (both, .dense(try feedForward(layer["feed_forward"])))
    }
  }

  private func stateSpace(_ scope: WeightScope) throws -> SelectiveStateSpace {
    var norm = SelectiveStateSpace.GatedNorm.none
    if normalizes {
      let scale = try scope["norm"].rootMeanSquareNorm(space.innerSize, epsilon: epsilon)
      norm =
        normalizesFirst
        ? .beforeGate(scale, groups: space.groupCount) : .afterGate(scale, groups: space.groupCount)
    }
    var result = try space.stateSpace(
      scope, hiddenSize: config.hiddenSize, factors: factors.space, gatedNorm: norm)
    result.output = try scope["out_proj"].linear(config.hiddenSize, space.innerSize, bias: outputBias)
    return result
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.rotary = rotary
    // A factor on keys is one on scores.
    attention.scale = factors.key / Float(config.headDimension).squareRoot()
    return attention
  }

  private func feedForward(_ scope: WeightScope) throws -> FeedForward {
    var part = try config.gatedFeedForward(
      scope, intermediate: intermediateSize, activation: activation, bias: feedForwardBias)
    part.gate = part.gate?.scaled(by: factors.feedForward[0])
    part.down = part.down.scaled(by: factors.feedForward[1])
    return part
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
