import Foundation
import JSON

extension GGUFArchitecture {
  private static let perLayerGlobals = [
    Name("per_layer_token_embd", "model.embed_tokens_per_layer"),
    Name("per_layer_model_proj", "model.per_layer_model_projection"),
    Name("per_layer_proj_norm", "model.per_layer_projection_norm"),
  ]

  private static let perLayerNames = [
    Name("attn_norm", "input_layernorm"), Name("post_attention_norm", "post_attention_layernorm"),
    Name("ffn_norm", "pre_feedforward_layernorm"), Name("post_ffw_norm", "post_feedforward_layernorm"),
    Name("inp_gate", "per_layer_input_gate"), Name("proj", "per_layer_projection"),
    Name("post_norm", "post_per_layer_input_norm"),
  ]

  /// Gemma 3n.
  static let gemma3n = GGUFArchitecture(
    name: "gemma3n", modelType: "gemma3n_text", className: "Gemma3nForCausalLM",
    globals: perLayerGlobals + [
      Name("altup_proj", "model.altup_projections.*", .experts),
      Name("altup_unembd_proj", "model.altup_unembed_projections.*", .experts),
    ] + commonGlobals,
    layer: perLayerNames + [
      Name("altup_correct_scale.weight", "altup.correct_output_scale"),
      Name("altup_correct_coef", "altup.correction_coefs"), Name("altup_router", "altup.modality_router"),
      Name("altup_predict_coef", "altup.prediction_coefs"), Name("altup_router_norm", "altup.router_norm"),
      Name("laurel_l", "laurel.linear_left"), Name("laurel_r", "laurel.linear_right"),
      Name("laurel_post_norm", "laurel.post_laurel_norm"),
    ] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      try context.addPerLayerInputs(to: &config)
      config["altup_num_inputs"] = .int(try context.int("altup.num_inputs"))
      config["altup_active_idx"] = .int(context.file.value("altup.active_idx")?.int ?? 0)
      if let rank = context.firstTensor("laurel_l.weight")?.shape[0] { config["laurel_rank"] = .int(rank) }
      if let sizes = context.file.value("feed_forward_length")?.ints {
        config["intermediate_size"] = .array(sizes.map(JSON.int))
      }
      // How many deviations lie below the numbers that are kept, as the share of those that are not.
      if let deviations = context.file.value("activation_sparsity_scale")?.floats {
        config["activation_sparsity_pattern"] = .array(
          deviations.map { .double($0.isFinite ? 0.5 * erfc(-Double($0) / 2.0.squareRoot()) : 0) })
      }
    })

  /// Gemma 4.
  static let gemma4 = GGUFArchitecture(
    name: "gemma4", modelType: "gemma4_text", className: "Gemma4ForCausalLM",
    globals: perLayerGlobals + commonGlobals,
    layer: perLayerNames + [
      Name("layer_output_scale.weight", "layer_scalar"),
      Name("ffn_gate_up_exps.weight", "experts.gate_up_proj"),
      Name("ffn_down_exps.weight", "experts.down_proj"),
      Name("ffn_down_exps.scale", "router.per_expert_scale"),
      Name("ffn_gate_inp.weight", "router.proj.weight"),
      Name("ffn_gate_inp.scale", "router.scale"), Name("post_ffw_norm_1", "post_feedforward_layernorm_1"),
      Name("post_ffw_norm_2", "post_feedforward_layernorm_2"),
      Name("pre_ffw_norm_2", "pre_feedforward_layernorm_2"),
    ] + attention(permuted: false) + gatedMLP, hasOwnHeads: true,
    configure: { context, config in
      try context.addPerLayerInputs(to: &config)
      try context.addGlobalHeads(to: &config)
      if let count = context.expertCount {
        config["enable_moe_block"] = true
        config["num_experts"] = .int(count)
        config["top_k_experts"] = .int(try context.int("expert_used_count"))
        config["moe_intermediate_size"] = .int(try context.int("expert_feed_forward_length"))
      }
      if let sizes = context.file.value("feed_forward_length")?.ints, let first = sizes.first {
        config["use_double_wide_mlp"] = .bool(sizes.contains { $0 == 2 * first })
      }
    })
}

extension GGUFContext {
  fileprivate func addPerLayerInputs(to config: inout JSONObject) throws {
    config["hidden_activation"] = "gelu_pytorch_tanh"
    config["final_logit_softcapping"] = double("final_logit_softcapping").map(JSON.double) ?? .null
    config["hidden_size_per_layer_input"] = .int(file.value("embedding_length_per_layer_input")?.int ?? 0)
    if let rows = stored.tensor(named: "per_layer_token_embd.weight")?.shape[0] {
      config["vocab_size_per_layer_input"] = .int(rows)
    }
    config["num_kv_shared_layers"] = .int(file.value("attention.shared_kv_layers")?.int ?? 0)
    config["layer_types"] = layerTypes { !(isSliding($0) ?? (($0 + 1) % 5 != 0)) }
    config["rope_theta"] = nil
    config["rope_parameters"] = [
      "sliding_attention": [
        "rope_type": "default", "rope_theta": .double(double("rope.freq_base_swa") ?? 10_000),
      ],
      "full_attention": [
        "rope_type": "default", "rope_theta": .double(double("rope.freq_base") ?? 1_000_000),
      ],
    ]
  }

  /// Layers that see everything have other heads, of which a share turns: the others' frequencies are divided by more
  /// than anything counts to.
  fileprivate func addGlobalHeads(to config: inout JSONObject) throws {
    config["rope_scaling"] = nil
    config["partial_rotary_factor"] = nil
    config["global_head_dim"] = config["head_dim"]
    config["head_dim"] = .int(try size("attention.key_length_swa") ?? int("attention.key_length"))
    let globals = (0..<layerCount).filter { isSliding($0) == false }
    if let counts = file.value("attention.head_count_kv")?.ints, counts.count == layerCount {
      config["num_key_value_heads"] = (0..<layerCount).first { isSliding($0) == true }.map {
        .int(counts[$0])
      }
      config["num_global_key_value_heads"] = globals.first.map { .int(counts[$0]) }
    }
    config["attention_k_eq_v"] = .bool(
      globals.contains { hasTensor("attn_k.weight", in: $0) && !hasTensor("attn_v.weight", in: $0) })
    guard let divisors = try GGUFRopeScaling.factors("rope_freqs", self), !divisors.isEmpty else { return }
    let share = Double(divisors.count { $0 == 1 }) / Double(divisors.count)
    guard var parameters = config["rope_parameters"]?.object,
      var whole = parameters["full_attention"]?.object
    else { return }
    whole["rope_type"] = "proportional"
    whole["partial_rotary_factor"] = .double(share)
    parameters["full_attention"] = .object(whole)
    config["rope_parameters"] = .object(parameters)
  }
}
