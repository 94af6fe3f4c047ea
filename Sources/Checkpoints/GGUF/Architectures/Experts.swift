import JSON

extension GGUFArchitecture {
  /// Routed experts under the names of most families, and the one that all tokens share.
  static func mixture(
    _ part: String = "mlp", router: String = "gate", shared: String = "shared_experts",
    projections: (gate: String, up: String, down: String) = ("gate_proj", "up_proj", "down_proj")
  ) -> [Name] {
    [
      Name("ffn_gate_inp", "\(part).\(router)"),
      Name("ffn_gate_exps", "\(part).experts.*.\(projections.gate)", .experts),
      Name("ffn_up_exps", "\(part).experts.*.\(projections.up)", .experts),
      Name("ffn_down_exps", "\(part).experts.*.\(projections.down)", .experts),
      Name("ffn_gate_shexp", "\(part).\(shared).gate_proj"),
      Name("ffn_up_shexp", "\(part).\(shared).up_proj"),
      Name("ffn_down_shexp", "\(part).\(shared).down_proj"),
    ]
  }

  /// gpt-oss: sinks, and experts whose gates and up projections take turns in one tensor.
  static let gptOSS = GGUFArchitecture(
    name: "gpt-oss", modelType: "gpt_oss", className: "GptOssForCausalLM",
    layer: windowedNorms + attention(permuted: false) + [
      Name("attn_sinks.weight", "self_attn.sinks"), Name("ffn_gate_inp", "mlp.router"),
      Name("ffn_gate_exps.weight", "mlp.experts.gate_up_proj", .then(.interleavedWithUp, .exchanged)),
      Name("ffn_gate_exps.bias", "mlp.experts.gate_up_proj_bias", .interleavedWithUp),
      Name("ffn_up_exps", "", .dropped), Name("ffn_down_exps.weight", "mlp.experts.down_proj", .exchanged),
      Name("ffn_down_exps.bias", "mlp.experts.down_proj_bias"),
    ],
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addExperts(to: &config, countKey: "num_local_experts")
      if let size = context.size("expert_feed_forward_length") { config["intermediate_size"] = .int(size) }
      config["layer_types"] = context.layerTypes { $0 % 2 == 1 }
      context.addToScaling(["truncate": false], in: &config)
    })

  /// A norm before each branch, of which the second is stored as one after attention.
  static let windowedNorms = [
    Name("attn_norm", "input_layernorm"), Name("post_attention_norm", "post_attention_layernorm"),
  ]

  /// GLM 4.5 and later.
  static let glm4moe = GGUFArchitecture(
    name: "glm4moe", modelType: "glm4_moe", className: "Glm4MoeForCausalLM",
    layer: windowedNorms + attention(permuted: false) + gatedMLP + mixture() + [correctionBias],
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addRoutedExperts(to: &config)
      config["use_qk_norm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
    })

  /// dots.llm1.
  static let dots1 = GGUFArchitecture(
    name: "dots1", modelType: "dots1", className: "Dots1ForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + mixture() + [correctionBias],
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addRoutedExperts(to: &config)
    })

  private static let correctionBias = Name("exp_probs_b.bias", "mlp.gate.e_score_correction_bias")

  private static let latentAttention = [
    Name("attn_q", "self_attn.q_proj"), Name("attn_q_a", "self_attn.q_a_proj"),
    Name("attn_q_a_norm", "self_attn.q_a_layernorm"), Name("attn_q_b", "self_attn.q_b_proj"),
    Name("attn_kv_a_mqa", "self_attn.kv_a_proj_with_mqa"), Name("attn_kv_a_norm", "self_attn.kv_a_layernorm"),
    Name("attn_kv_b", "self_attn.kv_b_proj"), Name("attn_k_b", "self_attn.kv_b_proj", .latentKeys),
    Name("attn_v_b", "", .dropped), Name("attn_output", "self_attn.o_proj"),
  ]

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

  /// MiniCPM 3, whose scales are the same in all its models.
  static let minicpm3 = GGUFArchitecture(
    name: "minicpm3", modelType: "minicpm3", className: "MiniCPM3ForCausalLM",
    layer: preNorms + latentAttention + gatedMLP,
    configure: { context, config in
      try context.addLatentAttention(to: &config)
      config["scale_emb"] = 12
      config["scale_depth"] = 1.4
      config["dim_model_base"] = 256
    })

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

  private static let blockMixture = mixture("block_sparse_moe", projections: ("w1", "w3", "w2"))

  /// Phi 3.5 MoE, whose magnitude of long positions the file leaves out; there is but one.
  static let phimoe = GGUFArchitecture(
    name: "phimoe", modelType: "phimoe", className: "PhiMoEForCausalLM",
    layer: preNorms + attention(permuted: false) + blockMixture,
    configure: { context, config in
      try context.addExperts(to: &config, countKey: "num_local_experts")
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["lm_head_bias"] = .bool(context.stored.tensor(named: "output.bias") != nil)
      context.addToScaling(
        ["short_mscale": 1.243_163_121_016_122, "long_mscale": 1.243_163_121_016_122], in: &config)
      if let length = context.size("rope.scaling.original_context_length") {
        config["original_max_position_embeddings"] = .int(length)
      }
    })

  /// OLMoE.
  static let olmoe = GGUFArchitecture(
    name: "olmoe", modelType: "olmoe", className: "OlmoeForCausalLM",
    layer: preNorms + attention(permuted: false) + mixture(),
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      config["norm_topk_prob"] = .bool(context.file.value("expert_weights_norm")?.bool ?? false)
    })

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

  /// ERNIE 4.5 with experts.
  static let ernie4_5MoE = GGUFArchitecture(
    name: "ernie4_5-moe", modelType: "ernie4_5_moe", className: "Ernie4_5_MoeForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + mixture() + [
      Name("exp_probs_b.bias", "mlp.moe_statics.e_score_correction_bias")
    ],
    configure: { context, config in
      config["use_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["moe_num_experts"] = .int(try context.int("expert_count"))
      config["moe_k"] = .int(try context.int("expert_used_count"))
      config["moe_intermediate_size"] = .int(try context.int("expert_feed_forward_length"))
      config["moe_num_shared_experts"] = .int(context.file.value("expert_shared_count")?.int ?? 0)
      config["moe_layer_start_index"] = .int(context.file.value("leading_dense_block_count")?.int ?? 0)
      config["moe_layer_interval"] = .int(context.size("interleave_moe_layer_step") ?? 1)
      let last = (0..<context.layerCount).last { context.hasTensor("ffn_gate_inp.weight", in: $0) }
      config["moe_layer_end_index"] = .int(last ?? context.layerCount - 1)
    })

  /// Llama 4, whose attention's pieces and whose queries' growth are the same in all its models.
  static let llama4 = GGUFArchitecture(
    name: "llama4", modelType: "llama4_text", className: "Llama4ForCausalLM",
    layer: preNorms + attention(permuted: false) + [
      Name("ffn_gate", "feed_forward.gate_proj"), Name("ffn_up", "feed_forward.up_proj"),
      Name("ffn_down", "feed_forward.down_proj"), Name("ffn_gate_inp", "feed_forward.router"),
      Name("ffn_gate_exps.weight", "feed_forward.experts.gate_up_proj", .then(.fusedWithUp, .exchanged)),
      Name("ffn_up_exps", "", .dropped),
      Name("ffn_down_exps.weight", "feed_forward.experts.down_proj", .exchanged),
      Name("ffn_gate_shexp", "feed_forward.shared_expert.gate_proj"),
      Name("ffn_up_shexp", "feed_forward.shared_expert.up_proj"),
      Name("ffn_down_shexp", "feed_forward.shared_expert.down_proj"),
    ],
    configure: { context, config in
      try context.addExperts(to: &config, countKey: "num_local_experts")
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["intermediate_size_mlp"] = config["intermediate_size"]
      config["intermediate_size"] = .int(try context.int("expert_feed_forward_length"))
      config["interleave_moe_layer_step"] = .int(try context.int("interleave_moe_layer_step"))
      // Of the two sizes, only that with 128 experts does not normalise queries and keys.
      config["use_qk_norm"] = .bool(context.expertCount != 128)
      config["attention_chunk_size"] = 8192
      config["attn_temperature_tuning"] = true
      config["floor_scale"] = 8192
      config["attn_scale"] = 0.1
      config["no_rope_layers"] = .array((1...context.layerCount).map { .int($0 % 4 == 0 ? 0 : 1) })
      if context.file.value("attention.sliding_window")?.int == 0 {
        config["layer_types"] = context.layerTypes { _ in true }
      }
    })
}

extension GGUFContext {
  /// What latent attention needs. Files since 2025 keep the sizes of heads as they are computed with under keys of
  /// their own.
  fileprivate func addLatentAttention(to config: inout JSONObject) throws {
    let turning = try int("rope.dimension_count"), rank = try int("attention.kv_lora_rank")
    let whole = try size("attention.key_length_mla") ?? int("attention.key_length")
    let still = whole - turning
    var value = size("attention.value_length_mla")
    if value == nil, let rows = firstTensor("attn_kv_b.weight")?.shape[0] { value = rows / headCount - still }
    guard still > 0, let value, value > 0 else {
      throw CheckpointError(
        .malformed, "\(file.name) has heads of \(whole) numbers, of which \(turning) turn")
    }
    config["kv_lora_rank"] = .int(rank)
    config["q_lora_rank"] = size("attention.q_lora_rank").map(JSON.int) ?? .null
    config["qk_rope_head_dim"] = .int(turning)
    config["qk_nope_head_dim"] = .int(still)
    config["v_head_dim"] = .int(value)
    config["num_key_value_heads"] = .int(headCount)
    config["head_dim"] = .int(turning)
    config["partial_rotary_factor"] = nil
    config["rope_interleave"] = true
    config["attention_bias"] = .bool(hasLayerTensor("attn_kv_a_mqa.bias"))
  }
}
