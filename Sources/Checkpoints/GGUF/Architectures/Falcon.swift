import JSON

extension GGUFArchitecture {
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
}
