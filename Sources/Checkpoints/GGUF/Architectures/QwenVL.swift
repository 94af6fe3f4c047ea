import JSON

extension GGUFArchitecture {
  /// Qwen 2 and 2.5 VL, the text part.
  static let qwen2vl = GGUFArchitecture(
    name: "qwen2vl", modelType: "qwen2", className: "Qwen2ForCausalLM", layer: qwen2.layer,
    configure: { context, config in try qwen2.configure(context, &config) })

  /// Qwen 3 VL, the text part.
  static let qwen3vl = GGUFArchitecture(
    name: "qwen3vl", modelType: "qwen3", className: "Qwen3ForCausalLM", layer: qwen3.layer,
    configure: { context, config in try qwen3.configure(context, &config) })

  /// Qwen 3 VL with experts, the text part.
  static let qwen3vlmoe = GGUFArchitecture(
    name: "qwen3vlmoe", modelType: "qwen3_moe", className: "Qwen3MoeForCausalLM", layer: qwen3moe.layer,
    configure: { context, config in try qwen3moe.configure(context, &config) })
}
