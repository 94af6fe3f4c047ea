import Errors

extension Setting {
  /// Graphs of fixed shapes beside the stateful one.
  package static let staticShapes: Setting = "BakeOptions.staticShapes"
}
