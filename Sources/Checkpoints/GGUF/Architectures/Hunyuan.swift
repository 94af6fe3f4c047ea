import JSON

extension GGUFArchitecture {
  /// Hunyuan, dense: norms of queries and keys have their own names.
  static let hunyuanDense = GGUFArchitecture(
    name: "hunyuan-dense", modelType: "hunyuan_v1_dense", className: "HunYuanDenseV1ForCausalLM",
    layer: [
      Name("attn_q_norm", "self_attn.query_layernorm"), Name("attn_k_norm", "self_attn.key_layernorm"),
    ] + preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in context.addBiases(to: &config) })

  /// Hunyuan with experts.
  static let hunyuanMoE = GGUFArchitecture(
    name: "hunyuan-moe", modelType: "hunyuan_v1_moe", className: "HunYuanMoEV1ForCausalLM",
    layer: [
      Name("attn_q_norm", "self_attn.query_layernorm"), Name("attn_k_norm", "self_attn.key_layernorm"),
    ] + preNorms + attention(permuted: false) + mixture(router: "gate.wg", shared: "shared_mlp"),
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      config["moe_topk"] = config["num_experts_per_tok"]
      config["num_shared_expert"] = .int(context.file.value("expert_shared_count")?.int ?? 1)
    })
}
