import JSON

extension GGUFArchitecture {
  /// StableLM, StableLM 2.
  static let stablelm = GGUFArchitecture(
    name: "stablelm", modelType: "stablelm", className: "StableLmForCausalLM",
    layer: [
      Name("attn_q_norm", "self_attn.q_layernorm.norms.*", .headNorms),
      Name("attn_k_norm", "self_attn.k_layernorm.norms.*", .headNorms),
    ] + preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      config["use_qkv_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["qk_layernorm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
      config["use_parallel_residual"] = .bool(!context.hasLayerTensor("ffn_norm.weight"))
    })
}
