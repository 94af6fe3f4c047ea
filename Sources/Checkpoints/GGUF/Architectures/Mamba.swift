import JSON

extension GGUFArchitecture {
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
}
