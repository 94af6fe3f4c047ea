import JSON

extension GGUFArchitecture {
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
}
