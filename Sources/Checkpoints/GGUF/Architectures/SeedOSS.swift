import JSON

extension GGUFArchitecture {
  /// Seed-OSS: a Llama whose second norm is stored as one after attention.
  static let seedOSS = GGUFArchitecture(
    name: "seed_oss", modelType: "seed_oss", className: "SeedOssForCausalLM",
    layer: windowedNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["attention_out_bias"] = .bool(context.hasLayerTensor("attn_output.bias"))
    })
}
