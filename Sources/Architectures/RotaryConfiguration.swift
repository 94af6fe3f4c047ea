import Foundation
import Graph
import JSON

extension ModelConfiguration {
  /// The rotary positions of layers of a type, read from `rope_parameters` (one for all layers, or one for each
  /// layer type) or from the older `rope_theta`, `rope_scaling` and `partial_rotary_factor`.
  /// - Parameters:
  ///   - layerType: a key of `rope_parameters` where each layer type has its own.
  ///   - theta: the base where the file names none.
  ///   - partial: the share of a head that turns where the file names none; nil for families whose whole heads turn,
  ///     whatever the file says.
  package func rotary(
    layerType: String = "full_attention", theta: Double = 10_000, partial: Double? = nil
  ) throws -> RotaryEmbedding {
    let own = ConfigurationKeys(rotaryParameters(layerType: layerType))
    return try rotary(own, theta: theta, partial: partial)
  }

  /// What YaRN multiplies attention scores by besides, as DeepSeek does it: the square of its magnitude for
  /// `mscale_all_dim`.
  func yarnScoreFactor() throws -> Float {
    let keys = ConfigurationKeys(rotaryParameters())
    guard try keys.text("rope_type", "type", or: "default") != "default",
      let all = try keys.optionalNumber("mscale_all_dim"), all != 0,
      let factor = try keys.optionalNumber("factor"), factor > 1
    else { return 1 }
    let magnitude = 0.1 * all * log(factor) + 1
    return Float(magnitude * magnitude)
  }

  private func rotary(
    _ keys: ConfigurationKeys, theta: Double, partial: Double?
  ) throws -> RotaryEmbedding {
    let isProportional = try keys.text("rope_type", "type", or: "default") == "proportional"
    let named =
      try keys.optionalNumber("partial_rotary_factor") ?? self.keys.optionalNumber("partial_rotary_factor")
      ?? self.keys.optionalNumber("rotary_pct")
    if let named, !(0...1).contains(named) {
      throw ArchitectureError(
        .badConfiguration, "config.json: 'partial_rotary_factor' should be from 0 to 1, not \(named)")
    }
    let share = partial == nil && !isProportional ? 1 : named ?? partial ?? 1
    let dimension = isProportional ? headDimension : Int(Double(headDimension) * share)
    guard dimension >= 2, dimension % 2 == 0, dimension <= headDimension else {
      throw ArchitectureError(
        .badConfiguration, "config.json: \(dimension) of \(headDimension) elements of a head cannot turn")
    }
    let base =
      try keys.optionalNumber("rope_theta") ?? self.keys.optionalNumber("rope_theta")
      ?? self.keys.optionalNumber("rotary_emb_base") ?? theta
    guard base > 1 else { throw ArchitectureError(.badConfiguration, "config.json: 'rope_theta' is \(base)") }
    if isProportional {
      // A share of the pairs turns, as fast as if it were the whole head.
      let turning = Int(share * Double(headDimension)) / 2
      return RotaryEmbedding(
        dimension: dimension, theta: base,
        scaling: .proportional(turning: turning, factor: try keys.number("factor", or: 1)))
    }
    return RotaryEmbedding(
      dimension: dimension, theta: base, scaling: try scaling(keys, dimension: dimension))
  }

  /// The object that describes the positions of layers of a type.
  ///
  /// As in transformers 5, a `rope_scaling` that says something takes the place of the whole `rope_parameters`
  /// beside it, its base included: that is how model cards say to add YaRN. Where each layer type has its own
  /// parameters, it adds to those of the layers that see everything.
  func rotaryParameters(layerType: String = "full_attention") -> JSON {
    let scaling = json["rope_scaling"]?.object ?? [:]
    let parameters = json["rope_parameters"]?.object ?? [:]
    let isNested = parameters.contains { $0.value.object != nil }
    guard isNested else {
      let chosen = JSON.object(scaling.isEmpty ? parameters : scaling)
      return chosen[layerType]?.object == nil ? chosen : chosen[layerType] ?? .null
    }
    var own = parameters[layerType]?.object ?? [:]
    if layerType == "full_attention" { own.merge(scaling) { _, new in new } }
    return .object(own)
  }

  private func scaling(_ keys: ConfigurationKeys, dimension: Int) throws -> RotaryScaling {
    var kind = try keys.text("rope_type", "type", or: "default")
    // The first Phi 3 files call it so.
    if kind == "yarn", modelType == "phi3" { kind = "longrope" }
    // Phi 3's class has a length of its own in transformers, which counts more than that of the rotary parameters.
    let own = try keys.optionalSize("original_max_position_embeddings")
    let beside = try self.keys.optionalSize("original_max_position_embeddings")
    let original = (modelType == "phi3" ? beside ?? own : own ?? beside) ?? maximumLength
    let stretch = Double(maximumLength) / Double(original)
    switch kind {
    case "default", "none", "mrope": return .none
    case "linear": return .linear(factor: try factor(keys))
    case "dynamic": return .dynamic(factor: try factor(keys), originalLength: maximumLength)
    case "llama3":
      return .llama3(
        factor: try factor(keys), lowFrequencyFactor: try keys.number("low_freq_factor", or: 1),
        highFrequencyFactor: try keys.number("high_freq_factor", or: 4), originalLength: original)
    case "yarn": return .yarn(try yarn(keys, original: original, stretch: stretch))
    case "longrope", "su":
      return try longRope(keys, dimension: dimension, original: original, stretch: stretch)
    default:
      throw ArchitectureError(
        .unsupported,
        "config.json: the rope type '\(kind)' is not supported "
          + "(default, linear, dynamic, llama3, yarn and longrope are)")
    }
  }

  private func factor(_ keys: ConfigurationKeys) throws -> Double {
    guard let factor = try keys.optionalNumber("factor"), factor >= 1 else {
      throw ArchitectureError(.badConfiguration, "config.json: rope scaling needs a 'factor' of at least 1")
    }
    return factor
  }

  private func yarn(
    _ keys: ConfigurationKeys, original: Int, stretch: Double
  ) throws -> YarnParameters {
    let factor = try keys.optionalNumber("factor") ?? stretch
    func magnitude(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
    let attention: Double
    if let given = try keys.optionalNumber("attention_factor") {
      attention = given
    } else if let scale = try keys.optionalNumber("mscale"),
      let all = try keys.optionalNumber("mscale_all_dim"),
      scale != 0, all != 0
    {
      attention = magnitude(scale) / magnitude(all)
    } else {
      attention = magnitude(1)
    }
    return YarnParameters(
      factor: factor, originalLength: original, betaFast: try keys.number("beta_fast", or: 32),
      betaSlow: try keys.number("beta_slow", or: 1), truncates: try keys.flag("truncate", or: true),
      attentionFactor: attention)
  }

  private func longRope(
    _ keys: ConfigurationKeys, dimension: Int, original: Int, stretch: Double
  ) throws -> RotaryScaling {
    guard let long = try keys.numbers("long_factor"), let short = try keys.numbers("short_factor"),
      long.count == dimension / 2, short.count == dimension / 2
    else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: longrope needs a 'long_factor' and a 'short_factor' of \(dimension / 2) numbers each")
    }
    let factor = try keys.optionalNumber("factor") ?? stretch
    let computed = factor <= 1 ? 1 : (1 + log(factor) / log(Double(original))).squareRoot()
    return .longRope(
      long: long, short: short, originalLength: original,
      attentionFactor: try keys.optionalNumber("attention_factor") ?? computed)
  }
}
