import JSON

extension GGUFArchitecture {
  /// Orion: a Llama with LayerNorm.
  static let orion = GGUFArchitecture(
    name: "orion", modelType: "orion", className: "OrionForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { _, config in config["rms_norm_eps"] = config["layer_norm_eps"] })
}
