extension GGUFArchitecture {
  /// EXAONE 4: three layers with a window and rotary embedding, one with neither, where there is a window.
  static let exaone4 = GGUFArchitecture(
    name: "exaone4", modelType: "exaone4", className: "Exaone4ForCausalLM",
    layer: postNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      let windowed = config["sliding_window"] != nil
      if !windowed { config["sliding_window"] = .null }
      config["sliding_window_pattern"] = windowed ? 4 : .null
      config["layer_types"] = context.layerTypes { !windowed || $0 % 4 == 3 }
    })
}
