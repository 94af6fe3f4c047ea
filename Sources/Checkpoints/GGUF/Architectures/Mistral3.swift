import JSON

extension GGUFArchitecture {
  /// Mistral 3 and, with positions that YaRN stretches, Ministral 3.
  static let mistral3 = GGUFArchitecture(
    name: "mistral3", modelType: "mistral", otherTypes: ["ministral3"], className: "MistralForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      guard let growth = context.double("attention.temperature_scale") else { return }
      config["model_type"] = "ministral3"
      config["architectures"] = ["Ministral3ForCausalLM"]
      context.addToScaling(
        [
          "llama_4_scaling_beta": .double(growth), "mscale": 1,
          "mscale_all_dim": .double(context.double("rope.scaling.yarn_log_multiplier") ?? 1),
        ], in: &config)
    })
}
