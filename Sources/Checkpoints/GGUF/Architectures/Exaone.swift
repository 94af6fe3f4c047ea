import JSON

extension GGUFArchitecture {
  /// EXAONE 3, in files of before it was stored as a Llama.
  static let exaone = GGUFArchitecture(
    name: "exaone", modelType: "llama", otherTypes: ["exaone"], className: "LlamaForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in context.addBiases(to: &config) })
}
