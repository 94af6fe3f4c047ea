import JSON

extension GGUFArchitecture {
  /// Norms after the two branches, none before them.
  private static let postNorms = [
    Name("post_attention_norm", "post_attention_layernorm"),
    Name("post_ffw_norm", "post_feedforward_layernorm"),
  ]

  /// OLMo: norms without weights.
  static let olmo = GGUFArchitecture(
    name: "olmo", modelType: "olmo", className: "OlmoForCausalLM",
    layer: attention(permuted: true) + gatedMLP,
    configure: { context, config in
      if let bound = context.double("attention.clamp_kqv"), bound > 0 { config["clip_qkv"] = .double(bound) }
    })

  /// OLMo 2 and, with windows in most layers, OLMo 3, whose stretched positions are those of the other layers.
  static let olmo2 = GGUFArchitecture(
    name: "olmo2", modelType: "olmo2", otherTypes: ["olmo3"], className: "Olmo2ForCausalLM",
    layer: postNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      guard config["sliding_window"]?.isNull == false else { return }
      config["model_type"] = "olmo3"
      config["architectures"] = ["Olmo3ForCausalLM"]
      config["layer_types"] = context.layerTypes { layer in
        context.isSliding(layer).map { !$0 } ?? ((layer + 1) % 4 == 0)
      }
      let base = config["rope_theta"] ?? 10_000
      config["rope_parameters"] = [
        "sliding_attention": ["rope_type": "default", "rope_theta": base],
        "full_attention": ["rope_type": "default", "rope_theta": base],
      ]
    })

  /// EXAONE 4: three layers with a window and rotary embedding, one with neither, where there is a window.
  static let exaone4 = GGUFArchitecture(
    name: "exaone4", modelType: "exaone4", className: "Exaone4ForCausalLM",
    layer: postNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      let windowed = config["sliding_window"] != nil
      if !windowed { config["sliding_window"] = .null }
      config["sliding_window_pattern"] = windowed ? 4 : .null
      config["layer_types"] = context.layerTypes { !windowed || $0 % 4 == 3 }
    })

  /// GLM-4 0414.
  static let glm4 = GGUFArchitecture(
    name: "glm4", modelType: "glm4", className: "Glm4ForCausalLM",
    layer: preNorms + [
      Name("post_attention_norm", "post_self_attn_layernorm"), Name("post_ffw_norm", "post_mlp_layernorm"),
      Name("ffn_up", "mlp.gate_up_proj"), Name("ffn_down", "mlp.down_proj"),
    ] + attention(permuted: false),
    configure: { context, config in config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias")) })

  /// Cohere's Command R: one norm for both branches.
  static let commandR = GGUFArchitecture(
    name: "command-r", modelType: "cohere", className: "CohereForCausalLM",
    layer: [Name("attn_norm", "input_layernorm")] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      config["logit_scale"] = .double(context.double("logit_scale") ?? 1)
      config["use_qk_norm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
      context.addBiases(to: &config)
    })

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
