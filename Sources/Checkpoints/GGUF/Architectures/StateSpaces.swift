import JSON

extension GGUFArchitecture {
  /// A state space under the names of most hybrids.
  private static func stateSpace(_ part: String) -> [Name] {
    [
      Name("ssm_in", "\(part).in_proj"), Name("ssm_conv1d.weight", "\(part).conv1d.weight", .filter),
      Name("ssm_conv1d.bias", "\(part).conv1d.bias"), Name("ssm_a", "\(part).A_log", .decay),
      Name("ssm_d", "\(part).D", .flattened), Name("ssm_norm", "\(part).norm", .flattened),
      Name("ssm_out", "\(part).out_proj"),
    ]
  }

  /// A state space with heads, whose times have a bias and no projection.
  private static func headedSpace(_ part: String) -> [Name] {
    [Name("ssm_dt.bias", "\(part).dt_bias")] + stateSpace(part)
  }

  /// A state space without heads.
  private static func channelSpace(_ part: String, norms: [String] = []) -> [Name] {
    [
      Name("ssm_x", "\(part).x_proj"), Name("ssm_dt", "\(part).dt_proj"),
      Name("ssm_dt_norm", "\(part).dt_layernorm"), Name("ssm_b_norm", "\(part).b_layernorm"),
      Name("ssm_c_norm", "\(part).c_layernorm"),
    ] + stateSpace(part)
  }

  private static let backbone = [
    Name("token_embd", "backbone.embeddings"), Name("output_norm", "backbone.norm_f"),
    Name("output", "lm_head"),
  ]

  /// Mamba and, with norms within the layer, Falcon Mamba.
  static let mamba = GGUFArchitecture(
    name: "mamba", modelType: "mamba", otherTypes: ["falcon_mamba"], className: "MambaForCausalLM",
    layerPrefix: "backbone.layers.",
    globals: backbone, layer: [Name("attn_norm", "norm")] + channelSpace("mixer"), hasNoAttention: true,
    configure: { context, config in
      try context.addPlainSpace(to: &config)
      config["intermediate_size"] = .int(try context.int("ssm.inner_size"))
      config["time_step_rank"] = .int(try context.int("ssm.time_step_rank"))
      if context.file.value("ssm.dt_b_c_rms")?.bool == true {
        config["model_type"] = "falcon_mamba"
        config["architectures"] = ["FalconMambaForCausalLM"]
      }
    })

  /// Mamba 2.
  static let mamba2 = GGUFArchitecture(
    name: "mamba2", modelType: "mamba2", className: "Mamba2ForCausalLM", layerPrefix: "backbone.layers.",
    globals: backbone, layer: [Name("attn_norm", "norm")] + headedSpace("mixer"), hasNoAttention: true,
    configure: { context, config in
      try context.addPlainSpace(to: &config)
      let heads = try context.int("ssm.time_step_rank"), inner = try context.int("ssm.inner_size")
      config["num_heads"] = .int(heads)
      config["head_dim"] = .int(inner / heads)
      config["n_groups"] = .int(try context.int("ssm.group_count"))
      config["expand"] = .double(Double(inner) / Double(try context.int("embedding_length")))
    })

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

  private static let feedForward = [
    Name("ffn_gate", "feed_forward.gate_proj"), Name("ffn_up", "feed_forward.up_proj"),
    Name("ffn_down", "feed_forward.down_proj"),
  ]

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

  /// Granite 4, with and without experts, and Bamba, whose factors are 1.
  static let graniteHybrid = GGUFArchitecture(
    name: "granitehybrid", modelType: "granitemoehybrid", otherTypes: ["bamba"],
    className: "GraniteMoeHybridForCausalLM",
    layer: graniteMoE.layer + [
      Name("ffn_gate", "shared_mlp.input_linear", .fusedWithUp), Name("ffn_up", "", .dropped),
      Name("ffn_down", "shared_mlp.output_linear"),
    ] + headedSpace("mamba"),
    configure: { context, config in
      try context.addMambaSizes(to: &config)
      context.addGraniteScales(to: &config)
      config["attention_multiplier"] =
        config["attention_multiplier"] ?? .double(1 / Double(context.headSize ?? 1).squareRoot())
      config["attention_bias"] = .bool(context.firstTensor("attn_q.bias") != nil)
      config["layer_types"] = context.layerTypes { layer in
        context.hasTensor("attn_q.weight", in: layer) ? "attention" : "mamba"
      }
      let turns = context.file.value("rope.scaling.finetuned")?.bool ?? false
      config["position_embedding_type"] = turns ? "rope" : "nope"
      config["num_local_experts"] = .int(context.expertCount ?? 0)
      config["num_experts_per_tok"] = .int(context.size("expert_used_count") ?? 0)
      let shared = context.firstTensor("ffn_gate_shexp.weight") ?? context.firstTensor("ffn_gate.weight")
      if let size = shared?.shape[0] { config["shared_intermediate_size"] = .int(size) }
      if let size = context.size("expert_feed_forward_length") ?? context.size("feed_forward_length"),
        context.expertCount != nil
      {
        config["intermediate_size"] = .int(size)
      }
    })

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
  /// Mamba's own keys.
  fileprivate func addPlainSpace(to config: inout JSONObject) throws {
    config["state_size"] = .int(try int("ssm.state_size"))
    config["conv_kernel"] = .int(try int("ssm.conv_kernel"))
    config["use_bias"] = .bool(hasLayerTensor("ssm_in.bias"))
    config["use_conv_bias"] = .bool(hasLayerTensor("ssm_conv1d.bias"))
    config["layer_norm_epsilon"] = config["rms_norm_eps"]
    for key in ["num_attention_heads", "num_key_value_heads", "head_dim", "intermediate_size"] {
      config[key] = nil
    }
  }

  /// The keys `mamba_…` of most hybrids.
  fileprivate func addMambaSizes(to config: inout JSONObject) throws {
    let inner = try int("ssm.inner_size"), hidden = try int("embedding_length")
    let heads = try int("ssm.time_step_rank")
    config["mamba_d_ssm"] = .int(inner)
    config["mamba_expand"] = inner % hidden == 0 ? .int(inner / hidden) : nil
    config["mamba_n_heads"] = .int(heads)
    if inner % heads == 0 { config["mamba_d_head"] = .int(inner / heads) }
    config["mamba_d_state"] = .int(try int("ssm.state_size"))
    config["mamba_d_conv"] = .int(try int("ssm.conv_kernel"))
    config["mamba_n_groups"] = .int(size("ssm.group_count") ?? 1)
    config["mamba_conv_bias"] = .bool(firstTensor("ssm_conv1d.bias") != nil)
    config["mamba_proj_bias"] = .bool(firstTensor("ssm_in.bias") != nil)
  }

  /// Where the first layer with a tensor is, and how many layers on the next.
  fileprivate func addPeriod(of tensor: String, as key: String, to config: inout JSONObject) {
    let layers = (0..<layerCount).filter { hasTensor(tensor, in: $0) }
    let first = layers.first ?? layerCount
    config[key + "_offset"] = .int(first)
    config[key + "_period"] = .int(layers.count > 1 ? layers[1] - first : max(layerCount, first + 1))
  }

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
