import Baking
import JSON
import Supervisor

/// What `oven bake --verify` found.
struct VerificationFigures {
  /// The perplexity of the result, over so many tokens.
  let perplexity: Double
  let tokenCount: Int
  /// How it compares with the unquantised weights; nil where those could not be run.
  let comparison: Comparison?
  /// Why they could not.
  let obstacle: String?
  /// The relative errors of the tensors as the manifest has them: the mean, weighted by size, and the largest.
  let meanTensorError: Double
  let largestTensorError: Double
  /// How long it took, and how many tokens were seen together.
  var seconds = 0.0
  var window = 0

  /// Predictions beside those of the unquantised weights.
  struct Comparison {
    /// The mean and the largest Kullback-Leibler divergence of the next-token distribution, in nats.
    let divergence: Double
    let largestDivergence: Double
    /// The perplexity of the unquantised weights.
    let perplexity: Double
    /// The part of the tokens at which both hold the same token most likely.
    let agreement: Double
  }

  /// The figures of a comparison.
  init(_ divergence: Divergence, tensors: [BakeReport.Tensor]) {
    self.init(
      divergence.perplexity,
      Comparison(
        divergence: divergence.mean, largestDivergence: divergence.maximum,
        perplexity: divergence.referencePerplexity.value, agreement: divergence.agreement),
      nil, tensors)
  }

  /// The figures where the unquantised weights could not be run.
  init(perplexity: Perplexity, obstacle: String, tensors: [BakeReport.Tensor]) {
    self.init(perplexity, nil, obstacle, tensors)
  }

  private init(
    _ perplexity: Perplexity, _ comparison: Comparison?, _ obstacle: String?, _ tensors: [BakeReport.Tensor]
  ) {
    self.perplexity = perplexity.value
    tokenCount = perplexity.count
    self.comparison = comparison
    self.obstacle = obstacle
    let bytes = tensors.reduce(0) { $0 + $1.byteCount }
    let weighted = tensors.reduce(0.0) { $0 + $1.relativeError * Double($1.byteCount) }
    meanTensorError = bytes > 0 ? weighted / Double(bytes) : 0
    largestTensorError = tensors.map(\.relativeError).max() ?? 0
  }

  /// Refuses what computes no numbers, and what is further off than `limit`.
  func check(_ limit: Double?) throws(BakeError) {
    guard perplexity.isFinite, comparison?.divergence.isFinite != false else {
      throw BakeError(
        .badData, "the result computes no numbers: its perplexity is \(perplexity)",
        why: "its logits are NaN or infinite on the CPU",
        mend: "bake with --weight-format fp16 to see whether the source is at fault")
    }
    guard let limit, let comparison else { return }
    guard comparison.divergence <= limit else {
      throw BakeError(
        .badData,
        "the result differs from its source by \(Units.decimals(comparison.divergence, 4)) nats",
        why: "--max-kl allows a mean divergence of \(Units.decimals(limit, 4)); nothing was written",
        mend: "take smaller groups, --no-sym, --awq, a --ratio below 1 or int8, or allow more")
    }
  }

  /// What the screen shows.
  var sentence: String {
    guard let comparison else {
      return "Verified on the CPU by itself: \(obstacle ?? ""); perplexity \(Units.decimals(perplexity, 2)), "
        + "tensors off by \(Units.decimals(meanTensorError * 100, 2)) % on average"
    }
    return "Verified on the CPU: divergence \(Units.decimals(comparison.divergence, 4)) nats, "
      + "perplexity \(Units.decimals(perplexity, 2)) against \(Units.decimals(comparison.perplexity, 2)) "
      + "unquantised, same token most likely at \(Units.decimals(comparison.agreement * 100, 1)) %, "
      + "in \(Units.time(seconds))"
  }

  /// What the manifest keeps.
  var json: JSON {
    var members: JSONObject = [
      "device": "CPU", "tokens": .int(tokenCount), "window": .int(window),
      "perplexity": .double(perplexity),
    ]
    if let comparison {
      members["unquantised_perplexity"] = .double(comparison.perplexity)
      members["kl_divergence"] = .double(comparison.divergence)
      members["kl_divergence_max"] = .double(comparison.largestDivergence)
      members["top_token_agreement"] = .double(comparison.agreement)
    }
    if let obstacle { members["not_compared"] = .string(obstacle) }
    members["mean_tensor_error"] = .double(meanTensorError)
    members["largest_tensor_error"] = .double(largestTensorError)
    members["seconds"] = .double(seconds)
    return .object(members)
  }
}
