import Errors

extension Setting {
  /// Where the baked folder goes.
  public static let output: Setting = "BakeOptions.destination"
  /// Whether a baked folder of that name is replaced.
  public static let replacesDestination: Setting = "BakeOptions.replacesDestination"
  /// Whether finished tensors of a stopped bake are taken over.
  public static let resume: Setting = "BakeOptions.resumes"
  /// Whether NaN and infinity may pass.
  public static let allowNonFinite: Setting = "BakeOptions.allowsNonFinite"
  /// Whether matrices of one input become one.
  public static let mergeProjections: Setting = "BakeOptions.mergesProjections"
  /// A bake without a tokenizer.
  public static let noTokenizer: Setting = "BakeOptions.needsTokenizer = false"
  /// Whether a tokenizer that other programs read otherwise is an error.
  public static let strictTokenizer: Setting = "BakeOptions.strictTokenizer"
  /// Tokens of a prompt in graphs of fixed shapes.
  public static let promptLength: Setting = "StaticShapes.promptLength"
  /// Tokens of a conversation in graphs of fixed shapes.
  public static let contextLength: Setting = "StaticShapes.contextLength"
  /// The same in a further graph for shorter ones.
  public static let contextStep: Setting = "StaticShapes.contextSteps"
  /// The text for a calibration.
  public static let calibrate: Setting = "Calibration.text"
}
