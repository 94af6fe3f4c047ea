import JSON

extension GGUFArchitecture {
  /// Arcee: a Llama without gates.
  static let arcee = GGUFArchitecture(
    name: "arcee", modelType: "arcee", className: "ArceeForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["hidden_act"] = "relu2"
    })
}
