import JSON

extension GGUFArchitecture {
  /// GLM 4 9B, and ChatGLM 3 with its projections in one.
  static let chatglm = GGUFArchitecture(
    name: "chatglm", modelType: "glm", otherTypes: ["chatglm"], className: "GlmForCausalLM",
    layer: preNorms + attention(permuted: false) + [
      Name("attn_qkv", "self_attn.*_proj", .separate), Name("ffn_up", "mlp.gate_up_proj"),
      Name("ffn_down", "mlp.down_proj"),
    ],
    configure: { context, config in
      config["attention_bias"] = .bool(
        context.hasLayerTensor("attn_q.bias") || context.hasLayerTensor("attn_qkv.bias"))
    })
}
