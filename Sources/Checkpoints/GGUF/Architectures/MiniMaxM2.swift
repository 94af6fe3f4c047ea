import JSON

extension GGUFArchitecture {
  /// MiniMax M2.
  static let minimaxM2 = GGUFArchitecture(
    name: "minimax-m2", modelType: "minimax_m2", className: "MiniMaxM2ForCausalLM",
    layer: preNorms + attention(permuted: false) + blockMixture + [
      Name("exp_probs_b.bias", "block_sparse_moe.e_score_correction_bias")
    ],
    configure: { context, config in
      try context.addExperts(to: &config, countKey: "num_local_experts")
      config["intermediate_size"] = .int(try context.int("expert_feed_forward_length"))
      config["rotary_dim"] = .int(try context.int("rope.dimension_count"))
    })
}
