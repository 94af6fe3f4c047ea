import JSON

extension GGUFArchitecture {
  /// BitNet b1.58 as llama.cpp has it: its weights are ternary, and its gate is smooth.
  static let bitnet = GGUFArchitecture(
    name: "bitnet", modelType: "bitnet", className: "BitNetForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP + [
      Name("attn_sub_norm", "self_attn.attn_sub_norm"), Name("ffn_sub_norm", "mlp.ffn_sub_norm"),
    ],
    configure: { context, config in context.addBiases(to: &config) })
}
