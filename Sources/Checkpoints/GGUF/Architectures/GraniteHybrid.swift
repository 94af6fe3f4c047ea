import JSON

extension GGUFArchitecture {
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
}
