import JSON

extension GGUFArchitecture {
  private static let transformerGlobals = [
    Name("token_embd", "transformer.word_embeddings"),
    Name("token_embd_norm", "transformer.word_embeddings_layernorm"), Name("output_norm", "transformer.ln_f"),
    Name("output", "lm_head"),
  ]

  /// BLOOM.
  static let bloom = GGUFArchitecture(
    name: "bloom", modelType: "bloom", className: "BloomForCausalLM", layerPrefix: "transformer.h.",
    globals: transformerGlobals,
    layer: preNorms + [
      Name("attn_qkv", "self_attention.query_key_value", .interleavedHeads),
      Name("attn_output", "self_attention.dense"), Name("ffn_up", "mlp.dense_h_to_4h"),
      Name("ffn_down", "mlp.dense_4h_to_h"),
    ],
    configure: { context, config in
      config["n_layer"] = .int(context.layerCount)
      config["n_head"] = .int(context.headCount)
      config["layer_norm_epsilon"] = config["layer_norm_eps"]
    })

  /// Falcon, in both layouts: the newer one has a norm for each branch.
  static let falcon = GGUFArchitecture(
    name: "falcon", modelType: "falcon", className: "FalconForCausalLM", layerPrefix: "transformer.h.",
    globals: transformerGlobals, layer: [],
    ownLayer: { context in
      let isNew = context.hasLayerTensor("attn_norm_2.weight")
      return [
        Name("attn_norm", isNew ? "ln_mlp" : "input_layernorm"), Name("attn_norm_2", "ln_attn"),
        Name("attn_qkv", "self_attention.query_key_value", .groupedHeads),
        Name("attn_output", "self_attention.dense"), Name("ffn_up", "mlp.dense_h_to_4h"),
        Name("ffn_down", "mlp.dense_4h_to_h"),
      ]
    },
    configure: { context, config in
      let isNew = context.hasLayerTensor("attn_norm_2.weight")
      config["new_decoder_architecture"] = .bool(isNew)
      config["num_kv_heads"] = .int(context.keyValueHeadCount)
      config["multi_query"] = .bool(!isNew && context.keyValueHeadCount == 1)
      config["parallel_attn"] = true
      config["alibi"] = false
      config["bias"] = .bool(context.hasLayerTensor("attn_qkv.bias"))
      config["layer_norm_epsilon"] = config["layer_norm_eps"]
      if let rows = context.firstTensor("ffn_up.weight")?.shape[0] { config["ffn_hidden_size"] = .int(rows) }
    })

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

  /// StarCoder 1, GPT-BigCode.
  static let starcoder = GGUFArchitecture(
    name: "starcoder", modelType: "gpt_bigcode", className: "GPTBigCodeForCausalLM",
    layerPrefix: "transformer.h.", globals: gpt2.globals,
    layer: [
      Name("attn_norm", "ln_1"), Name("attn_qkv", "attn.c_attn"), Name("attn_output", "attn.c_proj"),
      Name("ffn_norm", "ln_2"), Name("ffn_up", "mlp.c_fc"), Name("ffn_down", "mlp.c_proj"),
    ],
    configure: { context, config in
      try gpt2.configure(context, &config)
      config["activation_function"] = "gelu_pytorch_tanh"
      config["multi_query"] = .bool(context.keyValueHeadCount == 1)
    })
}
