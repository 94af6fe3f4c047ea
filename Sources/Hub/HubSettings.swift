import Errors

extension Setting {
  /// Weights that are read as they come, and not stored.
  package static let stream: Setting = "HubClient.stream"
  /// Which GGUF file is meant.
  package static let ggufChoice: Setting = "FileSelection.gguf"
  /// A bake without a tokenizer.
  package static let withoutTokenizer: Setting = "BakeOptions.needsTokenizer = false"
}
