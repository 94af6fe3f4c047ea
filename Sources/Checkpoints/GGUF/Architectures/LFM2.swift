import JSON

extension GGUFArchitecture {
  private static let shortGlobals = [
    Name("token_embd", "model.embed_tokens"), Name("token_embd_norm", "model.embedding_norm"),
    Name("output_norm", "model.embedding_norm"), Name("output", "lm_head"),
  ]

  private static let shortLayer = [
    Name("attn_norm", "operator_norm"), Name("ffn_norm", "ffn_norm"),
    Name("attn_q_norm", "self_attn.q_layernorm"), Name("attn_k_norm", "self_attn.k_layernorm"),
    Name("attn_output", "self_attn.out_proj"), Name("ffn_gate", "feed_forward.w1"),
    Name("ffn_down", "feed_forward.w2"), Name("ffn_up", "feed_forward.w3"),
    Name("shortconv.conv.weight", "conv.conv.weight", .filter), Name("shortconv.conv", "conv.conv"),
    Name("shortconv.in_proj", "conv.in_proj"), Name("shortconv.out_proj", "conv.out_proj"),
  ]

  /// LFM 2.
  static let lfm2 = GGUFArchitecture(
    name: "lfm2", modelType: "lfm2", className: "Lfm2ForCausalLM", globals: shortGlobals,
    layer: shortLayer + attention(permuted: false),
    configure: { context, config in
      try context.addShortConvolutions(to: &config)
      config["block_auto_adjust_ff_dim"] = false
    })

  /// LFM 2 with experts.
  static let lfm2moe = GGUFArchitecture(
    name: "lfm2moe", modelType: "lfm2_moe", className: "Lfm2MoeForCausalLM", globals: shortGlobals,
    layer: shortLayer + attention(permuted: false)
      + mixture("feed_forward", projections: ("w1", "w3", "w2")) + [
        Name("exp_probs_b.bias", "feed_forward.expert_bias")
      ],
    configure: { context, config in
      try context.addShortConvolutions(to: &config)
      try context.addExperts(to: &config, countKey: "num_experts")
      config["num_dense_layers"] = .int(context.file.value("leading_dense_block_count")?.int ?? 0)
      config["use_expert_bias"] = .bool(context.firstTensor("exp_probs_b.bias") != nil)
      config["norm_topk_prob"] = true
    })
}

extension GGUFContext {
  fileprivate func addShortConvolutions(to config: inout JSONObject) throws {
    config["norm_eps"] = config["rms_norm_eps"]
    config["conv_L_cache"] = .int(try int("shortconv.l_cache"))
    config["conv_bias"] = .bool(firstTensor("shortconv.in_proj.bias") != nil)
    config["layer_types"] = layerTypes { hasTensor("attn_q.weight", in: $0) ? "full_attention" : "conv" }
  }
}
