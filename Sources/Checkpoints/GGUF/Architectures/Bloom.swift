import JSON

extension GGUFArchitecture {
  static let transformerGlobals = [
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
}
