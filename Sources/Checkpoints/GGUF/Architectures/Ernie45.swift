import JSON

extension GGUFArchitecture {
  /// ERNIE 4.5, dense.
  static let ernie4_5 = GGUFArchitecture(
    name: "ernie4_5", modelType: "ernie4_5", className: "Ernie4_5ForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in config["use_bias"] = .bool(context.hasLayerTensor("attn_q.bias")) })

  /// ERNIE 4.5 with experts.
  static let ernie4_5MoE = GGUFArchitecture(
    name: "ernie4_5-moe", modelType: "ernie4_5_moe", className: "Ernie4_5_MoeForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + mixture() + [
      Name("exp_probs_b.bias", "mlp.moe_statics.e_score_correction_bias")
    ],
    configure: { context, config in
      config["use_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["moe_num_experts"] = .int(try context.int("expert_count"))
      config["moe_k"] = .int(try context.int("expert_used_count"))
      config["moe_intermediate_size"] = .int(try context.int("expert_feed_forward_length"))
      config["moe_num_shared_experts"] = .int(context.file.value("expert_shared_count")?.int ?? 0)
      config["moe_layer_start_index"] = .int(context.file.value("leading_dense_block_count")?.int ?? 0)
      config["moe_layer_interval"] = .int(context.size("interleave_moe_layer_step") ?? 1)
      let last = (0..<context.layerCount).last { context.hasTensor("ffn_gate_inp.weight", in: $0) }
      config["moe_layer_end_index"] = .int(last ?? context.layerCount - 1)
    })
}
