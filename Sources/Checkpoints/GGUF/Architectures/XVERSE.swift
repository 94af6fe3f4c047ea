import JSON

extension GGUFArchitecture {
  /// XVERSE: a Llama under another name.
  static let xverse = GGUFArchitecture(
    name: "xverse", modelType: "xverse", className: "XverseForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP)
}
