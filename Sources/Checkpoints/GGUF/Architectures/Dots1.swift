import JSON

extension GGUFArchitecture {
  /// dots.llm1.
  static let dots1 = GGUFArchitecture(
    name: "dots1", modelType: "dots1", className: "Dots1ForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + mixture() + [correctionBias],
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addRoutedExperts(to: &config)
    })
}
