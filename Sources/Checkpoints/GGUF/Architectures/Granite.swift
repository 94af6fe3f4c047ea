import JSON

extension GGUFArchitecture {
  /// Granite: a Llama with four scales.
  static let granite = GGUFArchitecture(
    name: "granite", modelType: "granite", className: "GraniteForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      context.addGraniteScales(to: &config)
    })

  /// Granite with experts.
  static let graniteMoE = GGUFArchitecture(
    name: "granitemoe", modelType: "granitemoe", otherTypes: ["granitemoeshared"],
    className: "GraniteMoeForCausalLM",
    layer: preNorms + attention(permuted: true) + [
      Name("ffn_gate_inp", "block_sparse_moe.router.layer"),
      Name("ffn_gate_exps", "block_sparse_moe.input_linear", .fusedWithUp),
      Name("ffn_up_exps", "", .dropped), Name("ffn_down_exps", "block_sparse_moe.output_linear"),
      Name("ffn_gate_shexp", "shared_mlp.input_linear", .fusedWithUp), Name("ffn_up_shexp", "", .dropped),
      Name("ffn_down_shexp", "shared_mlp.output_linear"),
    ],
    configure: { context, config in
      context.addBiases(to: &config)
      context.addGraniteScales(to: &config)
      try context.addExperts(to: &config, countKey: "num_local_experts")
      if let tensor = context.stored.tensor(named: "blk.0.ffn_gate_shexp.weight") {
        config["model_type"] = "granitemoeshared"
        config["architectures"] = ["GraniteMoeSharedForCausalLM"]
        config["shared_intermediate_size"] = .int(tensor.shape[0])
      }
    })
}

extension GGUFContext {
  func addGraniteScales(to config: inout JSONObject) {
    for (key, name) in [
      ("attention.scale", "attention_multiplier"), ("embedding_scale", "embedding_multiplier"),
      ("residual_scale", "residual_multiplier"), ("logit_scale", "logits_scaling"),
    ] {
      if let value = double(key) { config[name] = .double(value) }
    }
  }
}
