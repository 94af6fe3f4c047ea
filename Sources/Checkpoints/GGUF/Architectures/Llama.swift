import JSON

extension GGUFArchitecture {
  /// Llama and what is stored as one: Mistral, SmolLM2, Falcon3 and, with experts, Mixtral.
  static let llama = GGUFArchitecture(
    name: "llama", modelType: "llama", otherTypes: ["mistral", "mixtral"], className: "LlamaForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP + [
      Name("ffn_gate_inp", "block_sparse_moe.gate"),
      Name("ffn_gate_exps", "block_sparse_moe.experts.*.w1", .experts),
      Name("ffn_down_exps", "block_sparse_moe.experts.*.w2", .experts),
      Name("ffn_up_exps", "block_sparse_moe.experts.*.w3", .experts),
    ],
    configure: { context, config in
      context.addBiases(to: &config)
      if context.expertCount != nil {
        config["model_type"] = "mixtral"
        config["architectures"] = ["MixtralForCausalLM"]
        try context.addExperts(to: &config, countKey: "num_local_experts")
      } else if context.file.value("attention.sliding_window") != nil {
        config["model_type"] = "mistral"
        config["architectures"] = ["MistralForCausalLM"]
      }
    })

  /// InternLM2, whose fused projection the converter takes apart: what remains is a Llama.
  static let internlm2 = GGUFArchitecture(
    name: "internlm2", modelType: "llama", className: "LlamaForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in context.addBiases(to: &config) })

  /// MiniCPM: a Llama with scaled embedding, residual branches and logits.
  static let minicpm = GGUFArchitecture(
    name: "minicpm", modelType: "minicpm", className: "MiniCPMForCausalLM",
    layer: preNorms + attention(permuted: true) + gatedMLP,
    configure: { context, config in
      let hidden = Double(try context.int("embedding_length"))
      let logitScale = context.double("logit_scale") ?? hidden / 256
      let residualScale = context.double("residual_scale") ?? 1.4 / Double(context.layerCount).squareRoot()
      config["scale_emb"] = .double(context.double("embedding_scale") ?? 12)
      config["scale_depth"] = .double(residualScale * Double(context.layerCount).squareRoot())
      config["dim_model_base"] = .double(hidden / logitScale)
    })

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

  /// ERNIE 4.5, dense.
  static let ernie4_5 = GGUFArchitecture(
    name: "ernie4_5", modelType: "ernie4_5", className: "Ernie4_5ForCausalLM",
    layer: preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in config["use_bias"] = .bool(context.hasLayerTensor("attn_q.bias")) })

  /// Hunyuan, dense: norms of queries and keys have their own names.
  static let hunyuanDense = GGUFArchitecture(
    name: "hunyuan-dense", modelType: "hunyuan_v1_dense", className: "HunYuanDenseV1ForCausalLM",
    layer: [
      Name("attn_q_norm", "self_attn.query_layernorm"), Name("attn_k_norm", "self_attn.key_layernorm"),
    ] + preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in context.addBiases(to: &config) })
}
