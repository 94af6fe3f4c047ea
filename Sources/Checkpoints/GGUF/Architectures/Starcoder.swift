import JSON

extension GGUFArchitecture {
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

  /// StarCoder2.
  static let starcoder2 = GGUFArchitecture(
    name: "starcoder2", modelType: "starcoder2", className: "Starcoder2ForCausalLM",
    layer: preNorms + attention(permuted: false) + [
      Name("ffn_up", "mlp.c_fc"), Name("ffn_down", "mlp.c_proj"),
    ],
    configure: { context, config in
      config["hidden_act"] = "gelu_pytorch_tanh"
      config["norm_epsilon"] = config["layer_norm_eps"]
      config["use_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
    })
}
