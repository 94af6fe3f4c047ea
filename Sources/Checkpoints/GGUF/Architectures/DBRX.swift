import JSON

extension GGUFArchitecture {
  /// DBRX, whose experts lie one under another.
  static let dbrx = GGUFArchitecture(
    name: "dbrx", modelType: "dbrx", className: "DbrxForCausalLM", layerPrefix: "transformer.blocks.",
    globals: [
      Name("token_embd", "transformer.wte"), Name("output_norm", "transformer.norm_f"),
      Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm", "norm_attn_norm.norm_1"), Name("attn_output_norm", "norm_attn_norm.norm_2"),
      Name("attn_qkv", "norm_attn_norm.attn.Wqkv"), Name("attn_output", "norm_attn_norm.attn.out_proj"),
      Name("ffn_gate_inp", "ffn.router.layer"),
      Name("ffn_gate_exps.weight", "ffn.experts.mlp.w1", .stacked),
      Name("ffn_up_exps.weight", "ffn.experts.mlp.v1", .stacked),
      Name("ffn_down_exps.weight", "ffn.experts.mlp.w2", .then(.exchanged, .stacked)),
    ],
    configure: { context, config in
      config["d_model"] = config["hidden_size"]
      config["n_layers"] = .int(context.layerCount)
      config["n_heads"] = .int(context.headCount)
      config["max_seq_len"] = config["max_position_embeddings"]
      var attention: JSONObject = ["kv_n_heads": .int(context.keyValueHeadCount)]
      attention["rope_theta"] = config["rope_theta"]
      if let bound = context.double("attention.clamp_kqv"), bound > 0 {
        attention["clip_qkv"] = .double(bound)
      }
      config["attn_config"] = .object(attention)
      config["ffn_config"] = [
        "ffn_hidden_size": .int(try context.int("feed_forward_length")),
        "moe_num_experts": .int(try context.int("expert_count")),
        "moe_top_k": .int(try context.int("expert_used_count")), "moe_normalize_expert_weights": 1,
      ]
    })
}
