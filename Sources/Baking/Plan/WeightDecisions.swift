import Graph
import Quantization
import Tensors

/// How each weight of a model is stored.
struct WeightDecisions {
  private let weights: [LogicalWeight]
  private var replacements: [String: Weight]
  private var codes: [String: CalibratedWeights.Codes] = [:]
  private let decisions: [String: QuantizationPlan.Decision]
  /// What the user should know, equal notes counted together.
  let notes: [String]

  /// Decides on all weights. A ratio below 1 reads those once whose costs nobody has measured, to rank them.
  ///
  /// - Parameters:
  ///   - replacements: what is stored under a weight's name instead of it.
  ///   - costs: what four bits cost each weight, where that was measured.
  init(
    _ weights: [LogicalWeight], recipe: QuantizationRecipe, replacements: [String: Weight] = [:],
    costs: [String: Double] = [:]
  ) throws {
    self.weights = weights
    self.replacements = replacements
    var descriptors = weights.map { weight in
      WeightDescriptor(
        name: weight.name, role: weight.role, shape: weight.shape,
        keptFormat: (replacements[weight.name] ?? weight.weight).keptFormat)
    }
    let ranked = QuantizationPlan.weightsToScore(descriptors, recipe: recipe)
    // Costs and scores are no numbers of one kind.
    let isMeasured = ranked.allSatisfy { costs[weights[$0].name] != nil }
    for index in ranked {
      let weight = weights[index]
      descriptors[index].score =
        try isMeasured
        ? costs[weight.name] : Self.score(replacements[weight.name] ?? weight.weight)
    }
    let plan = try QuantizationPlan.decide(for: descriptors, recipe: recipe)
    decisions = Dictionary(uniqueKeysWithValues: zip(weights.map(\.name), plan.decisions))
    notes = plan.notes
  }

  /// The format in which a graph reads the weight.
  func format(of weight: LogicalWeight) -> WeightFormat {
    decisions[weight.name]?.format ?? .dense(.f32)
  }

  /// The job that computes a blob of the file.
  func job(for blob: Blob) throws -> WeightJob {
    let weight = weights[blob.weightID]
    return WeightJob(
      name: blob.key.sharedName, role: weight.role, weight: replacements[weight.name] ?? weight.weight,
      format: blob.key.format, isKept: decisions[weight.name]?.isKept == true, calibrated: codes[weight.name])
  }

  /// The formats of the weights that are quantised anew, by name.
  var quantized: [String: CompressedFormat] {
    decisions.compactMapValues { $0.isKept ? nil : $0.format.compressed }
  }

  /// Stores what a calibration has found in place of what was planned. Formats stay what they are: codes of weights that
  /// have more than four bits by now are not used.
  mutating func apply(_ calibrated: CalibratedWeights) {
    replacements.merge(calibrated.replacements) { _, new in new }
    codes = calibrated.codes.filter { decisions[$0.key]?.format.compressed?.elementType.bits == 4 }
  }

  private static func score(_ weight: Weight) throws -> Double {
    var scorer = try MixedPrecision.Scorer()
    let reader = WeightReader()
    let floats = ScratchBuffer()
    let (rows, columns) = (weight.shape.rows, weight.shape.columns)
    let step = max(1, (1 << 18) / max(columns, 1))
    for start in stride(from: 0, to: rows, by: step) {
      let piece = start..<min(start + step, rows)
      try floats.withBytes(piece.count * columns * MemoryLayout<Float>.stride) { bytes in
        let buffer = bytes.bindMemory(to: Float.self)
        try reader.read(piece, of: weight, into: buffer)
        scorer.add(UnsafeBufferPointer(buffer), rows: piece.count, columns: columns)
      }
    }
    return scorer.score
  }
}
