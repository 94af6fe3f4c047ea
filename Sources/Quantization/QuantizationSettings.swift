import Errors

extension Setting {
  /// The type of the matrices.
  public static let weightFormat: Setting = "RecipeRequest.weightFormat"
  /// Numbers with one scale.
  public static let groupSize: Setting = "RecipeRequest.groupSize"
  /// What happens to rows that groups do not divide.
  public static let groupSizeFallback: Setting = "RecipeRequest.groupSizeFallback"
  /// Integers around 0.
  public static let sym: Setting = "RecipeRequest.isSymmetric = true"
  /// Integers with zero points.
  public static let noSym: Setting = "RecipeRequest.isSymmetric = false"
  /// The part of the weights in four bits.
  public static let ratio: Setting = "RecipeRequest.ratio"
  /// The type of the other weights.
  public static let backupPrecision: Setting = "RecipeRequest.backupPrecision"
  /// Columns evened out.
  public static let awq: Setting = "RecipeRequest.awq"
  /// The device that the result is for.
  public static let target: Setting = "RecipeRequest.target"
}
