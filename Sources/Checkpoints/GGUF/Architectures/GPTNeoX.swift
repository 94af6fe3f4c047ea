import JSON

extension GGUFArchitecture {
  /// GPT-NeoX and Pythia.
  static let gptneox = GGUFArchitecture(
    name: "gptneox", modelType: "gpt_neox", className: "GPTNeoXForCausalLM", layerPrefix: "gpt_neox.layers.",
    globals: [
      Name("token_embd", "gpt_neox.embed_in"), Name("output_norm", "gpt_neox.final_layer_norm"),
      Name("output", "embed_out"),
    ],
    layer: [
      Name("attn_norm", "input_layernorm"),
      Name("attn_qkv", "attention.query_key_value", .interleavedHeads),
      Name("attn_output", "attention.dense"), Name("ffn_norm", "post_attention_layernorm"),
      Name("ffn_up", "mlp.dense_h_to_4h"), Name("ffn_down", "mlp.dense_4h_to_h"),
    ],
    configure: { context, config in
      config["hidden_act"] = "gelu"
      config["use_parallel_residual"] = .bool(context.file.value("use_parallel_residual")?.bool ?? true)
      config["rotary_pct"] = config["partial_rotary_factor"] ?? 1
      config["rotary_emb_base"] = config["rope_theta"]
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_qkv.bias"))
    })
}
