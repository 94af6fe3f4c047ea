import JSON

extension GGUFArchitecture {
  /// Norms that are stored as 1 + w.
  private static let norms = [
    Name("attn_norm", "input_layernorm", .minusOne),
    Name("post_attention_norm", "post_attention_layernorm", .minusOne),
    Name("attn_q_norm", "self_attn.q_norm", .minusOne), Name("attn_k_norm", "self_attn.k_norm", .minusOne),
  ]

  private static let deltaGlobals = [
    Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.norm", .minusOne),
    Name("output", "lm_head"),
  ]

  private static let experts =
    mixture(shared: "shared_expert") + [
      Name("ffn_gate_inp_shexp", "mlp.shared_expert_gate", .row)
    ]

  /// Qwen 3 Next.
  static let qwen3next = GGUFArchitecture(
    name: "qwen3next", modelType: "qwen3_next", className: "Qwen3NextForCausalLM", globals: deltaGlobals,
    layer: norms + [
      Name("ssm_in", "linear_attn.in_proj_qkvz"), Name("attn_qkv", "linear_attn.in_proj_qkv"),
      Name("attn_gate", "linear_attn.in_proj_z"),
      Name("ssm_ba", "linear_attn.in_proj_*", .mixedStrengths), Name("ssm_a", "linear_attn.A_log", .decay),
      Name("ssm_conv1d", "linear_attn.conv1d", .filter), Name("ssm_dt.bias", "linear_attn.dt_bias"),
      Name("ssm_norm", "linear_attn.norm"), Name("ssm_out", "linear_attn.out_proj"),
    ] + attention(permuted: false) + gatedMLP + experts,
    configure: { context, config in
      try context.addDeltaRule(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      context.addSharedSize(to: &config)
      config["mlp_only_layers"] = .array(
        (0..<context.layerCount).filter { !context.hasTensor("ffn_gate_inp.weight", in: $0) }.map(JSON.int))
      config["decoder_sparse_step"] = 1
      config["norm_topk_prob"] = true
    })

  /// The layers of gated delta rule of Qwen 3.5, whose value heads the converter sorts anew.
  private static let untiledDelta = [
    Name("attn_qkv", "linear_attn.in_proj_qkv", .untiled(.tail)),
    Name("attn_gate", "linear_attn.in_proj_z", .untiled(.rows)),
    Name("ssm_alpha", "linear_attn.in_proj_a", .untiled(.heads)),
    Name("ssm_beta", "linear_attn.in_proj_b", .untiled(.heads)),
    Name("ssm_a", "linear_attn.A_log", .then(.untiled(.heads), .decay)),
    Name("ssm_dt.bias", "linear_attn.dt_bias", .untiled(.heads)),
    Name("ssm_conv1d", "linear_attn.conv1d", .then(.untiled(.tail), .filter)),
    Name("ssm_norm", "linear_attn.norm"), Name("ssm_out", "linear_attn.out_proj", .untiled(.columns)),
  ]

  /// Qwen 3.5.
  static let qwen35 = GGUFArchitecture(
    name: "qwen35", modelType: "qwen3_5_text", className: "Qwen3_5ForCausalLM", globals: deltaGlobals,
    layer: norms + untiledDelta + attention(permuted: false) + gatedMLP,
    configure: { context, config in try context.addDeltaRule(to: &config) })

  /// Qwen 3.5 with experts.
  static let qwen35moe = GGUFArchitecture(
    name: "qwen35moe", modelType: "qwen3_5_moe_text", className: "Qwen3_5MoeForCausalLM",
    globals: deltaGlobals,
    layer: norms + untiledDelta + attention(permuted: false) + experts,
    configure: { context, config in
      try context.addDeltaRule(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      context.addSharedSize(to: &config)
    })
}

extension GGUFContext {
  fileprivate func addDeltaRule(to config: inout JSONObject) throws {
    let heads = try deltaHeads
    config["linear_num_key_heads"] = .int(heads.keys)
    config["linear_num_value_heads"] = .int(heads.values)
    config["linear_key_head_dim"] = .int(heads.keySize)
    config["linear_value_head_dim"] = .int(heads.valueSize)
    config["linear_conv_kernel_dim"] = .int(try int("ssm.conv_kernel"))
    config["attention_bias"] = .bool(firstTensor("attn_q.bias") != nil)
    config["layer_types"] = layerTypes { layer in
      hasTensor("attn_q.weight", in: layer) ? "full_attention" : "linear_attention"
    }
  }

  fileprivate func addSharedSize(to config: inout JSONObject) {
    if let size = size("expert_shared_feed_forward_length") ?? firstTensor("ffn_gate_shexp.weight")?.shape[0]
    {
      config["shared_expert_intermediate_size"] = .int(size)
    }
  }
}
