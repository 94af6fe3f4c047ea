import JSON

extension GGUFArchitecture {
  /// SmolLM3: every fourth layer has no rotary embedding.
  static let smollm3 = GGUFArchitecture(
    name: "smollm3", modelType: "smollm3", className: "SmolLM3ForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["no_rope_layer_interval"] = 4
      config["no_rope_layers"] = .array((1...context.layerCount).map { .int($0 % 4 == 0 ? 0 : 1) })
      config["use_sliding_window"] = false
    })
}
