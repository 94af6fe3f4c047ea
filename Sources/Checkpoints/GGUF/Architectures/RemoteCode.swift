import JSON

/// Families that came with code of their own, before transformers or llama.cpp knew them.
extension GGUFArchitecture {
  /// XVERSE: a Llama under another name.
  static let xverse = GGUFArchitecture(
    name: "xverse", modelType: "xverse", className: "XverseForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP)

  /// Orion: a Llama with LayerNorm.
  static let orion = GGUFArchitecture(
    name: "orion", modelType: "orion", className: "OrionForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { _, config in config["rms_norm_eps"] = config["layer_norm_eps"] })

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

  /// Jais. The factors of embedding and head are in their weights.
  static let jais = GGUFArchitecture(
    name: "jais", modelType: "jais", className: "JAISLMHeadModel", layerPrefix: "transformer.h.",
    globals: gpt2.globals,
    layer: [
      Name("attn_norm", "ln_1"), Name("attn_qkv", "attn.c_attn", .transposed),
      Name("attn_output", "attn.c_proj", .transposed), Name("ffn_norm", "ln_2"),
      Name("ffn_up", "mlp.c_fc", .transposed), Name("ffn_gate", "mlp.c_fc2", .transposed),
      Name("ffn_down", "mlp.c_proj", .transposed),
    ],
    configure: { context, config in
      try gpt2.configure(context, &config)
      config["activation_function"] = "swiglu"
      config["position_embedding_type"] = "alibi"
      config["scale_qk_dot_by_d"] = true
    })

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

  /// BitNet b1.58 as llama.cpp has it: its weights are ternary, and its gate is smooth.
  static let bitnet = GGUFArchitecture(
    name: "bitnet", modelType: "bitnet", className: "BitNetForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + [
      Name("attn_sub_norm", "self_attn.attn_sub_norm"), Name("ffn_sub_norm", "mlp.ffn_sub_norm"),
    ],
    configure: { context, config in context.addBiases(to: &config) })
}
