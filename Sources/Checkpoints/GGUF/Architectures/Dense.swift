import JSON
import Tensors

extension GGUFArchitecture {
  /// Seed-OSS: a Llama whose second norm is stored as one after attention.
  static let seedOSS = GGUFArchitecture(
    name: "seed_oss", modelType: "seed_oss", className: "SeedOssForCausalLM",
    layer: windowedNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["attention_out_bias"] = .bool(context.hasLayerTensor("attn_output.bias"))
    })

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

  /// Arcee: a Llama without gates.
  static let arcee = GGUFArchitecture(
    name: "arcee", modelType: "arcee", className: "ArceeForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["hidden_act"] = "relu2"
    })

  /// Apertus, whose activation's trained numbers are metadata.
  static let apertus = GGUFArchitecture(
    name: "apertus", modelType: "apertus", className: "ApertusForCausalLM",
    layer: [Name("attn_norm", "attention_layernorm"), Name("ffn_norm", "feedforward_layernorm")]
      + attention(permuted: false) + gatedMLP,
    literals: { context in
      let numbers: [(key: String, shape: Shape)] = [
        ("alpha_p", [1]), ("alpha_n", [1]), ("beta", []), ("eps", []),
      ]
      return try numbers.flatMap { key, shape in
        guard let values = context.file["xielu.\(key)"]?.floats, values.count >= context.layerCount else {
          throw CheckpointError(
            .malformed, "\(context.file.name) has no number 'xielu.\(key)' for each layer")
        }
        return (0..<context.layerCount).map { layer in
          DerivedTensor(
            name: "model.layers.\(layer).mlp.act_fn.\(key)", Weight([values[layer]], shape: shape))
        }
      }
    },
    configure: { context, config in
      context.addBiases(to: &config)
      config["hidden_act"] = "xielu"
    })

  /// EXAONE 3, in files of before it was stored as a Llama.
  static let exaone = GGUFArchitecture(
    name: "exaone", modelType: "llama", otherTypes: ["exaone"], className: "LlamaForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in context.addBiases(to: &config) })

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

  /// Nemotron, whose norms are stored as 1 + w.
  static let nemotron = GGUFArchitecture(
    name: "nemotron", modelType: "nemotron", className: "NemotronForCausalLM",
    globals: [
      Name("token_embd", "model.embed_tokens"), Name("output_norm.weight", "model.norm.weight", .minusOne),
      Name("output_norm", "model.norm"), Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm.weight", "input_layernorm.weight", .minusOne), Name("attn_norm", "input_layernorm"),
      Name("ffn_norm.weight", "post_attention_layernorm.weight", .minusOne),
      Name("ffn_norm", "post_attention_layernorm"),
    ] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      context.addBiases(to: &config)
      config["norm_eps"] = config["layer_norm_eps"]
      config["hidden_act"] = "relu2"
    })

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

  /// Qwen 2 and 2.5 VL, the text part.
  static let qwen2vl = GGUFArchitecture(
    name: "qwen2vl", modelType: "qwen2", className: "Qwen2ForCausalLM", layer: qwen2.layer,
    configure: { context, config in try qwen2.configure(context, &config) })

  /// Qwen 3 VL, the text part.
  static let qwen3vl = GGUFArchitecture(
    name: "qwen3vl", modelType: "qwen3", className: "Qwen3ForCausalLM", layer: qwen3.layer,
    configure: { context, config in try qwen3.configure(context, &config) })

  /// Qwen 3 VL with experts, the text part.
  static let qwen3vlmoe = GGUFArchitecture(
    name: "qwen3vlmoe", modelType: "qwen3_moe", className: "Qwen3MoeForCausalLM", layer: qwen3moe.layer,
    configure: { context, config in try qwen3moe.configure(context, &config) })
}
