import Errors

extension Setting {
  /// An adapter to merge.
  package static let adapter: Setting = "BakeOptions.adapters"
}
