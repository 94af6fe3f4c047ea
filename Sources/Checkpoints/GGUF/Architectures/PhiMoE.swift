import JSON

extension GGUFArchitecture {
  /// Phi 3.5 MoE, whose magnitude of long positions the file leaves out; there is but one.
  static let phimoe = GGUFArchitecture(
    name: "phimoe", modelType: "phimoe", className: "PhiMoEForCausalLM",
    layer: preNorms + attention(permuted: false) + blockMixture,
    configure: { context, config in
      try context.addExperts(to: &config, countKey: "num_local_experts")
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["lm_head_bias"] = .bool(context.stored.tensor(named: "output.bias") != nil)
      context.addToScaling(
        ["short_mscale": 1.243_163_121_016_122, "long_mscale": 1.243_163_121_016_122], in: &config)
      if let length = context.size("rope.scaling.original_context_length") {
        config["original_max_position_embeddings"] = .int(length)
      }
    })
}
