import Graph
import Tensors

/// What the configuration says about latent attention.
struct LatentSettings: Sendable {
  /// The size of the latent vector (`kv_lora_rank`).
  var rank: Int
  /// The size of queries' own latent vector (`q_lora_rank`); nil where they are made at once.
  var queryRank: Int?
  /// How much of a query's and key's head turns (`qk_rope_head_dim`).
  var turning: Int
  /// How much of it does not (`qk_nope_head_dim`).
  var still: Int
  /// The size of a value's head (`v_head_dim`).
  var value: Int
  /// Whether rotary positions pair neighbours (`rope_interleave`).
  var pairsNeighbours: Bool
  /// The positions.
  var rotary: RotaryEmbedding
  /// What scores are multiplied by.
  var scale: Float
  /// Whether the projections from hidden size and the last one have biases (`attention_bias`).
  var bias: Bool

  /// Reads the keys.
  init(_ config: ModelConfiguration, pairsNeighbours: Bool, theta: Double = 10_000) throws {
    let keys = config.keys
    rank = try keys.size("kv_lora_rank")
    queryRank = try keys.optionalSize("q_lora_rank")
    turning = try keys.size("qk_rope_head_dim")
    still = try keys.size("qk_nope_head_dim")
    value = try keys.optionalSize("v_head_dim") ?? config.hiddenSize / config.headCount
    self.pairsNeighbours = pairsNeighbours
    bias = try keys.flag("attention_bias", or: false)
    var turningOnly = config
    turningOnly.headDimension = turning
    rotary = try turningOnly.rotary(theta: theta)
    scale = try config.yarnScoreFactor() / Float(turning + still).squareRoot()
  }
}

extension ModelConfiguration {
  /// Latent attention under DeepSeek's names.
  func latentAttention(_ scope: WeightScope, _ settings: LatentSettings) throws -> LatentAttention {
    let turning = settings.turning, still = settings.still, rank = settings.rank
    let size = turning + still, heads = headCount
    func norm(_ name: String, _ size: Int) throws -> Normalization {
      // The reference takes its class's ε here, and not that of the configuration.
      try scope[name].rootMeanSquareNorm(size, epsilon: 1e-6)
    }
    let turned =
      settings.pairsNeighbours ? RotaryEmbedding.pairedNeighbours(turning) : Array(0..<turning)
    // What turns is stored last in each head, and is used first.
    let head = turned.map { still + $0 } + Array(0..<still)
    let query = try scope[settings.queryRank == nil ? "q_proj" : "q_b_proj"]
      .linear(heads * size, settings.queryRank ?? hiddenSize)
    let latent = try scope["kv_a_proj_with_mqa"].linear(rank + turning, hiddenSize, bias: settings.bias)
    let both = try scope["kv_b_proj"].linear(heads * (still + settings.value), rank)
    /// The rows `part` of each head.
    func rows(_ part: Range<Int>, _ name: String) -> Linear {
      let order = (0..<heads).flatMap { head in part.map { head * (still + settings.value) + $0 } }
      return both.reordered(order).named(scope[name].path)
    }
    var scores = AttentionScores(headCount: heads, keyValueHeadCount: heads, headDimension: size)
    scores.valueHeadDimension = settings.value
    scores.scale = settings.scale
    var attention = LatentAttention(
      name: scope.path,
      query: query.reordered((0..<heads).flatMap { index in head.map { index * size + $0 } }),
      latent: latent.reordered(Array(0..<rank) + turned.map { rank + $0 }),
      latentNorm: try norm("kv_a_layernorm", rank), key: rows(0..<still, "k_b_proj"),
      value: rows(still..<still + settings.value, "v_b_proj"),
      output: try scope["o_proj"].linear(hiddenSize, heads * settings.value, bias: settings.bias),
      rotary: settings.rotary, scores: scores)
    if let queryRank = settings.queryRank {
      attention.queryDown = try scope["q_a_proj"].linear(queryRank, hiddenSize, bias: settings.bias)
      attention.queryNorm = try norm("q_a_layernorm", queryRank)
    }
    return attention
  }

  /// The tensors of layers behind the last, which only predict further tokens (`num_nextn_predict_layers`).
  var furtherPredictionTensors: [String] {
    let count = keys.value("num_nextn_predict_layers", "num_mtp_layers")?.int ?? 1
    return (0..<min(max(count, 0), 16)).map { "model.layers.\(layerCount + $0).*" }
  }
}

extension Linear {
  /// The same layer under another name.
  func named(_ name: String) -> Linear {
    var linear = self
    linear.name = name
    return linear
  }
}
