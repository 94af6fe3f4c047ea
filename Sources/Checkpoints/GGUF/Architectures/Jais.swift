import JSON

extension GGUFArchitecture {
  /// Jais. The factors of embedding and head are in their weights.
  static let jais = GGUFArchitecture(
    name: "jais", modelType: "jais", className: "JAISLMHeadModel", layerPrefix: "transformer.h.",
    globals: gpt2.globals,
    layer: [
      Name("attn_norm", "ln_1"), Name("attn_qkv", "attn.c_attn", .transposed),
      Name("attn_output", "attn.c_proj", .transposed), Name("ffn_norm", "ln_2"),
      Name("ffn_up", "mlp.c_fc", .transposed), Name("ffn_gate", "mlp.c_fc2", .transposed),
      Name("ffn_down", "mlp.c_proj", .transposed),
    ],
    configure: { context, config in
      try gpt2.configure(context, &config)
      config["activation_function"] = "swiglu"
      config["position_embedding_type"] = "alibi"
      config["scale_qk_dot_by_d"] = true
    })
}
