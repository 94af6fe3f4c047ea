import JSON

extension GGUFArchitecture {
  private static let nemotronLayer =
    [
      Name("attn_norm", "norm"), Name("attn_q", "mixer.q_proj"), Name("attn_k", "mixer.k_proj"),
      Name("attn_v", "mixer.v_proj"), Name("attn_output", "mixer.o_proj"), Name("ffn_up", "mixer.up_proj"),
      Name("ffn_down", "mixer.down_proj"), Name("ffn_latent_down", "mixer.fc1_latent_proj"),
      Name("ffn_latent_up", "mixer.fc2_latent_proj"),
      Name("exp_probs_b.bias", "mixer.gate.e_score_correction_bias"),
    ] + mixture("mixer") + headedSpace("mixer")

  /// Nemotron-H.
  static let nemotronH = GGUFArchitecture(
    name: "nemotron_h", modelType: "nemotron_h", className: "NemotronHForCausalLM",
    layerPrefix: "backbone.layers.", globals: backbone, layer: nemotronLayer,
    configure: { context, config in try context.addNemotron(to: &config) })

  /// Nemotron 3, with experts.
  static let nemotronHMoE = GGUFArchitecture(
    name: "nemotron_h_moe", modelType: "nemotron_h", className: "NemotronHForCausalLM",
    layerPrefix: "backbone.layers.", globals: backbone, layer: nemotronLayer,
    configure: { context, config in
      try context.addNemotron(to: &config)
      try context.addRoutedExperts(to: &config)
      if let size = context.size("expert_shared_feed_forward_length") {
        config["moe_shared_expert_intermediate_size"] = .int(size)
      }
      config["moe_latent_size"] = context.size("moe_latent_size").map(JSON.int) ?? .null
    })
}

extension GGUFContext {
  fileprivate func addNemotron(to config: inout JSONObject) throws {
    let heads = try int("ssm.time_step_rank")
    config["mamba_num_heads"] = .int(heads)
    config["mamba_head_dim"] = .int(try int("ssm.inner_size") / heads)
    config["ssm_state_size"] = .int(try int("ssm.state_size"))
    config["n_groups"] = .int(size("ssm.group_count") ?? 1)
    config["conv_kernel"] = .int(try int("ssm.conv_kernel"))
    config["use_conv_bias"] = .bool(firstTensor("ssm_conv1d.bias") != nil)
    config["use_bias"] = .bool(firstTensor("ssm_in.bias") != nil)
    config["attention_bias"] = .bool(firstTensor("attn_q.bias") != nil)
    config["mlp_bias"] = .bool((firstTensor("ffn_up.bias") ?? firstTensor("ffn_up_shexp.bias")) != nil)
    config["layer_norm_epsilon"] = config["rms_norm_eps"]
    config["mlp_hidden_act"] = "relu2"
    config["mamba_hidden_act"] = "silu"
    config["layers_block_type"] = layerTypes { layer in
      if hasTensor("ssm_in.weight", in: layer) { return "mamba" }
      if hasTensor("attn_q.weight", in: layer) { return "attention" }
      return hasTensor("ffn_gate_inp.weight", in: layer) ? "moe" : "mlp"
    }
  }
}
