import JSON

extension GGUFArchitecture {
  /// GLM-4 0414.
  static let glm4 = GGUFArchitecture(
    name: "glm4", modelType: "glm4", className: "Glm4ForCausalLM",
    layer: preNorms + [
      Name("post_attention_norm", "post_self_attn_layernorm"), Name("post_ffw_norm", "post_mlp_layernorm"),
      Name("ffn_up", "mlp.gate_up_proj"), Name("ffn_down", "mlp.down_proj"),
    ] + attention(permuted: false),
    configure: { context, config in config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias")) })

  /// GLM 4.5 and later.
  static let glm4moe = GGUFArchitecture(
    name: "glm4moe", modelType: "glm4_moe", className: "Glm4MoeForCausalLM",
    layer: windowedNorms + attention(permuted: false) + gatedMLP + mixture() + [correctionBias],
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addRoutedExperts(to: &config)
      config["use_qk_norm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
    })
}
