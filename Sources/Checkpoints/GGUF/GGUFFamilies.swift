/// The GGUF halves of families.
package enum GGUFFamilies {
  /// The values of `general.architecture` that a family is stored under, sorted.
  package static func names(of modelType: String) -> [String] {
    GGUFArchitecture.known.filter { $0.modelType == modelType || $0.otherTypes.contains(modelType) }
      .map(\.name).sorted()
  }
}
