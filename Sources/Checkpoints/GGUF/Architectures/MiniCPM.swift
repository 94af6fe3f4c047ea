import JSON

extension GGUFArchitecture {
  /// MiniCPM: a Llama with scaled embedding, residual branches and logits.
  static let minicpm = GGUFArchitecture(
    name: "minicpm", modelType: "minicpm", className: "MiniCPMForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      let hidden = Double(try context.int("embedding_length"))
      let logitScale = context.double("logit_scale") ?? hidden / 256
      let residualScale = context.double("residual_scale") ?? 1.4 / Double(context.layerCount).squareRoot()
      config["scale_emb"] = .double(context.double("embedding_scale") ?? 12)
      config["scale_depth"] = .double(residualScale * Double(context.layerCount).squareRoot())
      config["dim_model_base"] = .double(hidden / logitScale)
    })

  /// MiniCPM 3, whose scales are the same in all its models.
  static let minicpm3 = GGUFArchitecture(
    name: "minicpm3", modelType: "minicpm3", className: "MiniCPM3ForCausalLM",
    layer: preNorms + latentAttention + gatedMLP,
    configure: { context, config in
      try context.addLatentAttention(to: &config)
      config["scale_emb"] = 12
      config["scale_depth"] = 1.4
      config["dim_model_base"] = 256
    })
}
