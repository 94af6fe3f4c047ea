import JSON

extension GGUFArchitecture {
  /// OLMoE.
  static let olmoe = GGUFArchitecture(
    name: "olmoe", modelType: "olmoe", className: "OlmoeForCausalLM",
    layer: preNorms + attention(permuted: false) + mixture(),
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      config["norm_topk_prob"] = .bool(context.file.value("expert_weights_norm")?.bool ?? false)
    })
}
