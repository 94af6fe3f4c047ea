import JSON

extension GGUFArchitecture {
  /// A state space under the names of most hybrids.
  static func stateSpace(_ part: String) -> [Name] {
    [
      Name("ssm_in", "\(part).in_proj"), Name("ssm_conv1d.weight", "\(part).conv1d.weight", .filter),
      Name("ssm_conv1d.bias", "\(part).conv1d.bias"), Name("ssm_a", "\(part).A_log", .decay),
      Name("ssm_d", "\(part).D", .flattened), Name("ssm_norm", "\(part).norm", .flattened),
      Name("ssm_out", "\(part).out_proj"),
    ]
  }

  /// A state space with heads, whose times have a bias and no projection.
  static func headedSpace(_ part: String) -> [Name] {
    [Name("ssm_dt.bias", "\(part).dt_bias")] + stateSpace(part)
  }

  /// A state space without heads.
  static func channelSpace(_ part: String, norms: [String] = []) -> [Name] {
    [
      Name("ssm_x", "\(part).x_proj"), Name("ssm_dt", "\(part).dt_proj"),
      Name("ssm_dt_norm", "\(part).dt_layernorm"), Name("ssm_b_norm", "\(part).b_layernorm"),
      Name("ssm_c_norm", "\(part).c_layernorm"),
    ] + stateSpace(part)
  }

  /// Embedding, last norm and head of models that are all state spaces.
  static let backbone = [
    Name("token_embd", "backbone.embeddings"), Name("output_norm", "backbone.norm_f"),
    Name("output", "lm_head"),
  ]

  /// The MLP beside state spaces.
  static let feedForward = [
    Name("ffn_gate", "feed_forward.gate_proj"), Name("ffn_up", "feed_forward.up_proj"),
    Name("ffn_down", "feed_forward.down_proj"),
  ]
}

extension GGUFContext {
  /// Mamba's own keys.
  func addPlainSpace(to config: inout JSONObject) throws {
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
  func addMambaSizes(to config: inout JSONObject) throws {
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
}
