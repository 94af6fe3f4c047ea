import JSON

extension GGUFArchitecture {
  /// gpt-oss: sinks, and experts whose gates and up projections take turns in one tensor.
  static let gptOSS = GGUFArchitecture(
    name: "gpt-oss", modelType: "gpt_oss", className: "GptOssForCausalLM",
    layer: windowedNorms + attention(permuted: false) + [
      Name("attn_sinks.weight", "self_attn.sinks"), Name("ffn_gate_inp", "mlp.router"),
      Name("ffn_gate_exps.weight", "mlp.experts.gate_up_proj", .then(.interleavedWithUp, .exchanged)),
      Name("ffn_gate_exps.bias", "mlp.experts.gate_up_proj_bias", .interleavedWithUp),
      Name("ffn_up_exps", "", .dropped), Name("ffn_down_exps.weight", "mlp.experts.down_proj", .exchanged),
      Name("ffn_down_exps.bias", "mlp.experts.down_proj_bias"),
    ],
    configure: { context, config in
      context.addBiases(to: &config)
      try context.addExperts(to: &config, countKey: "num_local_experts")
      if let size = context.size("expert_feed_forward_length") { config["intermediate_size"] = .int(size) }
      config["layer_types"] = context.layerTypes { $0 % 2 == 1 }
      context.addToScaling(["truncate": false], in: &config)
    })
}
