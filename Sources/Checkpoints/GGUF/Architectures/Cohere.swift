import JSON

extension GGUFArchitecture {
  /// Cohere's Command R: one norm for both branches.
  static let commandR = GGUFArchitecture(
    name: "command-r", modelType: "cohere", className: "CohereForCausalLM",
    layer: [Name("attn_norm", "input_layernorm")] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      config["logit_scale"] = .double(context.double("logit_scale") ?? 1)
      config["use_qk_norm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
      context.addBiases(to: &config)
    })

  /// Command R7B and Command A: every fourth layer without a window and without rotary positions.
  static let cohere2 = GGUFArchitecture(
    name: "cohere2", modelType: "cohere2", className: "Cohere2ForCausalLM",
    layer: [Name("attn_norm", "input_layernorm")] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      config["logit_scale"] = .double(context.double("logit_scale") ?? 1)
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["layer_types"] = context.layerTypes { layer in
        context.isSliding(layer).map { !$0 } ?? ((layer + 1) % 4 == 0)
      }
    })
}
