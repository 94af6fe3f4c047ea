import Errors

extension Setting {
  /// Weights that are read as they come, and not stored.
  public static let stream: Setting = "HubClient.stream"
  /// Which GGUF file is meant.
  public static let ggufChoice: Setting = "FileSelection.gguf"
  /// A bake without a tokenizer.
  public static let withoutTokenizer: Setting = "BakeOptions.needsTokenizer = false"
}
