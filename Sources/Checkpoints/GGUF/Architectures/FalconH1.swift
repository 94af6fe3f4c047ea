import JSON

extension GGUFArchitecture {
  /// Falcon-H1, whose factors the converter multiplies into the weights.
  static let falconH1 = GGUFArchitecture(
    name: "falcon-h1", modelType: "falcon_h1", className: "FalconH1ForCausalLM",
    globals: [
      Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.final_layernorm"),
      Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm", "input_layernorm"), Name("ffn_norm", "pre_ff_layernorm.weight"),
      Name("ffn_norm.weight", "pre_ff_layernorm.weight"),
    ] + attention(permuted: false) + feedForward + headedSpace("mamba"),
    configure: { context, config in
      try context.addMambaSizes(to: &config)
      context.addBiases(to: &config)
      config["projectors_bias"] = config["mamba_proj_bias"]
      config["mamba_rms_norm"] = .bool(context.hasLayerTensor("ssm_norm.weight"))
      config["mamba_norm_before_gate"] = false
      for key in [
        "attention_in", "attention_out", "embedding", "key", "lm_head", "ssm_in", "ssm_out",
      ] {
        config[key + "_multiplier"] = 1
      }
      config["mlp_multipliers"] = [1, 1]
      config["ssm_multipliers"] = [1, 1, 1, 1, 1]
    })
}
