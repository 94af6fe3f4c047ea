package struct PrecompiledNormalizer: Sendable {
  init(_ component: ComponentJSON) throws(TokenizerError) {}
  func apply(to text: inout NormalizedText) {}
}
