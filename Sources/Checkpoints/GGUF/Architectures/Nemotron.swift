import JSON

extension GGUFArchitecture {
  /// Nemotron, whose norms are stored as 1 + w.
  static let nemotron = GGUFArchitecture(
    name: "nemotron", modelType: "nemotron", className: "NemotronForCausalLM",
    globals: [
      Name("token_embd", "model.embed_tokens"), Name("output_norm.weight", "model.norm.weight", .minusOne),
      Name("output_norm", "model.norm"), Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm.weight", "input_layernorm.weight", .minusOne), Name("attn_norm", "input_layernorm"),
      Name("ffn_norm.weight", "post_attention_layernorm.weight", .minusOne),
      Name("ffn_norm", "post_attention_layernorm"),
    ] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["norm_eps"] = config["layer_norm_eps"]
      config["hidden_act"] = "relu2"
    })
}
