import JSON

extension GGUFArchitecture {
  /// DeepSeek V2 and V3, Kimi K2, Moonlight, GLM 4.7 Flash.
  static let deepseek2 = GGUFArchitecture(
    name: "deepseek2", modelType: "deepseek_v3", otherTypes: ["deepseek_v2", "glm4_moe_lite"],
    className: "DeepseekV3ForCausalLM",
    layer: preNorms + latentAttention + gatedMLP + mixture() + [correctionBias],
    configure: { context, config in
      try context.addLatentAttention(to: &config)
      try context.addRoutedExperts(to: &config)
      let isThird =
        context.firstTensor("exp_probs_b.bias") != nil || context.file.value("expert_gating_func")?.int == 2
      if !isThird {
        config["model_type"] = "deepseek_v2"
        config["architectures"] = ["DeepseekV2ForCausalLM"]
        let hasGroups = context.size("expert_group_count") ?? 1 > 1
        config["topk_method"] = hasGroups ? "group_limited_greedy" : "greedy"
      }
      // A tenth of what scores are multiplied by, so far as it goes with the logarithm of the factor.
      if let tenth = context.double("rope.scaling.yarn_log_multiplier") {
        context.addToScaling(
          ["mscale": .double(10 * tenth), "mscale_all_dim": .double(10 * tenth)], in: &config)
      }
    })
}
