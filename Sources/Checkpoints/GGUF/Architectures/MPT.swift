import JSON

extension GGUFArchitecture {
  /// MPT.
  static let mpt = GGUFArchitecture(
    name: "mpt", modelType: "mpt", className: "MptForCausalLM", layerPrefix: "transformer.blocks.",
    globals: [
      Name("token_embd", "transformer.wte"), Name("output_norm", "transformer.norm_f"),
      Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm", "norm_1"), Name("ffn_norm", "norm_2"), Name("attn_qkv", "attn.Wqkv"),
      Name("attn_output", "attn.out_proj"), Name("ffn_up", "ffn.up_proj"), Name("ffn_down", "ffn.down_proj"),
    ],
    configure: { context, config in
      config["d_model"] = config["hidden_size"]
      config["n_layers"] = .int(context.layerCount)
      config["n_heads"] = .int(context.headCount)
      config["max_seq_len"] = config["max_position_embeddings"]
      config["layer_norm_epsilon"] = config["layer_norm_eps"]
      let most = context.double("attention.max_alibi_bias") ?? 0
      var attention: JSONObject = ["alibi": .bool(most > 0), "alibi_bias_max": .double(most)]
      if let bound = context.double("attention.clamp_kqv"), bound > 0 {
        attention["clip_qkv"] = .double(bound)
      }
      config["attn_config"] = .object(attention)
      // A file that does not name an output reads it from the embedding.
      config["no_bias"] = .bool(!context.hasLayerTensor("attn_norm.bias"))
    })
}
