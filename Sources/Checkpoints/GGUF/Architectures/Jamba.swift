import JSON

extension GGUFArchitecture {
  /// Jamba.
  static let jamba = GGUFArchitecture(
    name: "jamba", modelType: "jamba", className: "JambaForCausalLM",
    globals: [
      Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.final_layernorm"),
      Name("output", "lm_head"),
    ],
    layer: [Name("attn_norm", "input_layernorm"), Name("ffn_norm", "pre_ff_layernorm")]
      + attention(permuted: false) + feedForward + mixture("feed_forward", router: "router")
      + channelSpace("mamba"),
    configure: { context, config in
      try context.addMambaSizes(to: &config)
      config["mamba_dt_rank"] = .int(try context.int("ssm.time_step_rank"))
      config["use_mamba_kernels"] = false
      config["num_experts"] = .int(context.size("expert_count") ?? 1)
      config["num_experts_per_tok"] = .int(context.size("expert_used_count") ?? 1)
      context.addPeriod(of: "attn_q.weight", as: "attn_layer", to: &config)
      context.addPeriod(of: "ffn_gate_inp.weight", as: "expert_layer", to: &config)
    })
}

extension GGUFContext {
  /// Where the first layer with a tensor is, and how many layers on the next.
  fileprivate func addPeriod(of tensor: String, as key: String, to config: inout JSONObject) {
    let layers = (0..<layerCount).filter { hasTensor(tensor, in: $0) }
    let first = layers.first ?? layerCount
    config[key + "_offset"] = .int(first)
    config[key + "_period"] = .int(layers.count > 1 ? layers[1] - first : max(layerCount, first + 1))
  }
}
