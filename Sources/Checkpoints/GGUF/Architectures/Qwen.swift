import JSON

extension GGUFArchitecture {
  /// Qwen 1. Its size inside counts gate and up projection together.
  static let qwen = GGUFArchitecture(
    name: "qwen", modelType: "qwen", className: "QWenLMHeadModel", layerPrefix: "transformer.h.",
    globals: [
      Name("token_embd", "transformer.wte"), Name("output_norm", "transformer.ln_f"),
      Name("output", "lm_head"), Name("rope_freqs", "", .dropped),
    ],
    layer: [
      Name("attn_norm", "ln_1"), Name("attn_qkv", "attn.c_attn"), Name("attn_output", "attn.c_proj"),
      Name("ffn_norm", "ln_2"), Name("ffn_up", "mlp.w1"), Name("ffn_gate", "mlp.w2"),
      Name("ffn_down", "mlp.c_proj"),
    ],
    configure: { context, config in
      if let rows = context.firstTensor("ffn_up.weight")?.shape[0] {
        config["intermediate_size"] = .int(2 * rows)
      }
      config["kv_channels"] = config["head_dim"]
      config["seq_length"] = config["max_position_embeddings"]
      config["layer_norm_epsilon"] = config["rms_norm_eps"] ?? config["layer_norm_eps"] ?? 1e-6
      config["no_bias"] = .bool(!context.hasLayerTensor("ffn_up.bias"))
    })

  /// Qwen2 and Qwen2.5.
  static let qwen2 = GGUFArchitecture(
    name: "qwen2", modelType: "qwen2", className: "Qwen2ForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { _, config in config["use_sliding_window"] = false })

  /// Qwen3.
  static let qwen3 = GGUFArchitecture(
    name: "qwen3", modelType: "qwen3", className: "Qwen3ForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["use_sliding_window"] = false
    })

  /// Names of experts in Qwen's style.
  private static let experts = [
    Name("ffn_gate_inp", "mlp.gate"), Name("ffn_gate_exps", "mlp.experts.*.gate_proj", .experts),
    Name("ffn_up_exps", "mlp.experts.*.up_proj", .experts),
    Name("ffn_down_exps", "mlp.experts.*.down_proj", .experts),
  ]

  /// Qwen3 with experts.
  static let qwen3moe = GGUFArchitecture(
    name: "qwen3moe", modelType: "qwen3_moe", className: "Qwen3MoeForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + experts,
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      config["norm_topk_prob"] = true
      config["decoder_sparse_step"] = 1
      config["mlp_only_layers"] = []
      config["use_sliding_window"] = false
    })

  /// Qwen2 with experts, one of them shared.
  static let qwen2moe = GGUFArchitecture(
    name: "qwen2moe", modelType: "qwen2_moe", className: "Qwen2MoeForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + experts + [
      Name("ffn_gate_inp_shexp", "mlp.shared_expert_gate", .row),
      Name("ffn_gate_shexp", "mlp.shared_expert.gate_proj"),
      Name("ffn_up_shexp", "mlp.shared_expert.up_proj"),
      Name("ffn_down_shexp", "mlp.shared_expert.down_proj"),
    ],
    configure: { context, config in
      try context.addExperts(to: &config, countKey: "num_experts")
      if let tensor = context.stored.tensor(named: "blk.0.ffn_gate_shexp.weight") {
        config["shared_expert_intermediate_size"] = .int(tensor.shape[0])
      }
      config["norm_topk_prob"] = false
      config["decoder_sparse_step"] = 1
      config["mlp_only_layers"] = []
      config["use_sliding_window"] = false
    })
}
