import JSON

extension GGUFArchitecture {
  /// Phi-1, Phi-1.5 and Phi-2.
  static let phi2 = GGUFArchitecture(
    name: "phi2", modelType: "phi", className: "PhiForCausalLM",
    globals: [
      Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.final_layernorm"),
      Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm", "input_layernorm"), Name("attn_qkv", "self_attn.*_proj", .separate),
      Name("attn_output", "self_attn.dense"), Name("ffn_up", "mlp.fc1"), Name("ffn_down", "mlp.fc2"),
    ] + attention(permuted: false),
    configure: { context, config in
      config["hidden_act"] = "gelu_new"
      // The converter writes four times the hidden size, whatever it is.
      if let up = context.stored.tensor(named: "blk.0.ffn_up.weight") {
        config["intermediate_size"] = .int(up.shape[0])
      }
      config["qk_layernorm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
    })

  /// Phi-3 and Phi-4: fused projections, long contexts through two sets of rotary factors.
  static let phi3 = GGUFArchitecture(
    name: "phi3", modelType: "phi3", className: "Phi3ForCausalLM",
    layer: preNorms + [
      Name("attn_qkv", "self_attn.qkv_proj"), Name("attn_output", "self_attn.o_proj"),
      Name("ffn_up", "mlp.gate_up_proj"), Name("ffn_down", "mlp.down_proj"),
      Name("rope_factors_long", "", .dropped), Name("rope_factors_short", "", .dropped),
    ],
    configure: { context, config in
      if let length = context.file.value("rope.scaling.original_context_length")?.int {
        config["original_max_position_embeddings"] = .int(length)
      }
    })
}
