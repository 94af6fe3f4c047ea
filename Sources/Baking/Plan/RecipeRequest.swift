import Quantization

/// What the user asks of the weights; what is left out (nil) is chosen for the target and the model's size.
public struct RecipeRequest: Sendable {
  /// `--weight-format`; nil keeps the checkpoint's own quantised values where it has such, and is INT4 otherwise.
  public var weightFormat: QuantizationRecipe.WeightType?
  /// `--target`.
  public var target: QuantizationRecipe.Target = .any
  /// `--sym` or `--no-sym`.
  public var isSymmetric: Bool?
  /// `--group-size`; -1 for whole rows.
  public var groupSize: Int?
  /// `--ratio`.
  public var ratio: Double = 1
  /// `--backup-precision`.
  public var backupPrecision: QuantizationRecipe.BackupPrecision?
  /// `--all-layers`.
  public var allLayers = false
  /// `--group-size-fallback`.
  public var groupSizeFallback: QuantizationRecipe.GroupSizeFallback = .adjust
  /// `--awq`.
  public var awq = false

  /// A request for the defaults.
  public init() {}

  /// The whole recipe for a model of so many parameters.
  func recipe(
    parameterCount: Int, keepsValues: Bool, isCalibrated: Bool, hasExperts: Bool = false
  ) -> QuantizationRecipe {
    let format = weightFormat ?? (keepsValues ? .kept : .int4)
    var recipe = QuantizationRecipe.preset(
      target, parameterCount: parameterCount, isCalibrated: isCalibrated && format == .int4,
      hasExperts: hasExperts)
    recipe.weightFormat = format
    switch recipe.weightFormat {
    case .int4, .nf4: recipe.groupSize = groupSize ?? recipe.groupSize
    case .fp32, .fp16, .int8, .mxfp4, .kept: recipe.groupSize = groupSize
    }
    recipe.isSymmetric = isSymmetric ?? recipe.isSymmetric
    recipe.ratio = ratio
    recipe.backupPrecision = backupPrecision ?? recipe.backupPrecision
    recipe.allLayers = allLayers
    recipe.groupSizeFallback = groupSizeFallback
    recipe.awq = awq
    return recipe
  }
}

extension QuantizationRecipe {
  /// The recipe by the options' names, as the manifest records it.
  var manifestEntries: [(String, String)] {
    [
      ("weight_format", weightFormat.rawValue), ("sym", String(isSymmetric)),
      ("group_size", groupSize.map(String.init) ?? "default"), ("ratio", String(ratio)),
      ("backup_precision", backupPrecision.rawValue), ("all_layers", String(allLayers)),
      ("group_size_fallback", groupSizeFallback.rawValue), ("awq", String(awq)), ("target", target.rawValue),
    ]
  }
}
