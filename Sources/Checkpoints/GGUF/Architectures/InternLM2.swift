import JSON

extension GGUFArchitecture {
  /// InternLM2, whose fused projection the converter takes apart: what remains is a Llama.
  static let internlm2 = GGUFArchitecture(
    name: "internlm2", modelType: "llama", className: "LlamaForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in context.addBiases(to: &config) })
}
