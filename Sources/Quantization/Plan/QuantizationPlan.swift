import Tensors

/// Which format each weight of a model gets. Pure: decided before the first byte is read or written.
public struct QuantizationPlan: Sendable, Equatable {
  /// The decision on one weight.
  public struct Decision: Sendable, Equatable {
    /// The weight's name.
    public var name: String
    /// How it is written.
    public var format: WeightFormat
    /// Whether with the checkpoint's own quantised values (`WeightReader.readKept`), and not by `Quantizer`.
    public var isKept = false
    /// Why it is not what the recipe asks for; nil where it is.
    public var note: String?
  }

  /// One decision for each weight, in their order.
  public var decisions: [Decision]

  /// The notes, equal ones counted together, in the order of their first weight: `"… (60 weights)"`.
  public var notes: [String] {
    var order: [String] = []
    var names: [String: [String]] = [:]
    for decision in decisions {
      guard let note = decision.note else { continue }
      if names[note] == nil { order.append(note) }
      names[note, default: []].append(decision.name)
    }
    return order.map { note in
      let weights = names[note] ?? []
      return "\(note) (\(weights.count == 1 ? weights[0] : "\(weights.count) weights"))"
    }
  }

  /// The indices of the weights whose `score` the recipe needs; empty for a ratio of 1.
  public static func weightsToScore(_ weights: [WeightDescriptor], recipe: QuantizationRecipe) -> [Int] {
    guard recipe.ratio < 1 else { return [] }
    return weights.indices.filter { recipe.givesPrimaryFormat(weights[$0]) }
  }

  /// Decides on all weights of a model.
  /// - Throws: `QuantizationError`: a recipe that `check` refuses; a group size that does not divide a row where
  ///   the recipe says that this is an error; a ratio below 1 without the scores of `weightsToScore`; own values
  ///   of a checkpoint that the target refuses.
  public static func decide(for weights: [WeightDescriptor], recipe: QuantizationRecipe)
    throws(QuantizationError) -> QuantizationPlan
  {
    try recipe.check()
    var decisions: [Decision] = []
    for weight in weights { decisions.append(try recipe.decision(on: weight)) }
    try apply(ratioOf: recipe, to: &decisions, weights)
    return QuantizationPlan(decisions: decisions)
  }

  /// Gives the backup precision to the layers that a ratio below 1 excludes. Layers whose rows no group fits have
  /// it already and do not count, as in NNCF.
  private static func apply(
    ratioOf recipe: QuantizationRecipe, to decisions: inout [Decision], _ weights: [WeightDescriptor]
  ) throws(QuantizationError) {
    let candidates = weightsToScore(weights, recipe: recipe).filter {
      decisions[$0].format.compressed?.elementType == recipe.primaryFormat?.elementType
    }
    var layers: [(score: Double, count: Int)] = []
    for index in candidates {
      guard let score = weights[index].score else {
        throw QuantizationError(
          .badRecipe, "\(weights[index].name) has no score, which a ratio below 1 needs")
      }
      layers.append((score, weights[index].shape.elementCount))
    }
    let chosen = MixedPrecision.choose(layers, ratio: recipe.ratio)
    for (position, index) in candidates.enumerated() where !chosen.contains(position) {
      decisions[index].format = recipe.backupFormat
      decisions[index].note = "beyond the ratio of \(recipe.ratio): \(recipe.backupFormat.summary)"
    }
  }
}
