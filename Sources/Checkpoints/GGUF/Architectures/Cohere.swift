extension GGUFArchitecture {
  /// Cohere's Command R: one norm for both branches.
  static let commandR = GGUFArchitecture(
    name: "command-r", modelType: "cohere", className: "CohereForCausalLM",
    layer: [Name("attn_norm", "input_layernorm")] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      config["logit_scale"] = .double(context.double("logit_scale") ?? 1)
      config["use_qk_norm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
      context.addBiases(to: &config)
    })
}
