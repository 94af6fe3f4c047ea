import JSON

extension GGUFArchitecture {
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
