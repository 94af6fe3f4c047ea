import JSON

extension GGUFArchitecture {
  /// Llama and what is stored as one: Mistral, SmolLM2, Falcon3 and, with experts, Mixtral.
  static let llama = GGUFArchitecture(
    name: "llama", modelType: "llama", className: "LlamaForCausalLM", globals: commonGlobals,
    layer: preNorms + attention(permuted: true) + gatedMLP + [
      Name("ffn_gate_inp", "block_sparse_moe.gate"),
      Name("ffn_gate_exps", "block_sparse_moe.experts.*.w1", .experts),
      Name("ffn_down_exps", "block_sparse_moe.experts.*.w2", .experts),
      Name("ffn_up_exps", "block_sparse_moe.experts.*.w3", .experts),
    ],
    configure: { context, config in
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["mlp_bias"] = .bool(context.hasLayerTensor("ffn_up.bias"))
      if let experts = context.expertCount {
        config["model_type"] = "mixtral"
        config["architectures"] = ["MixtralForCausalLM"]
        config["num_local_experts"] = .int(experts)
        config["num_experts_per_tok"] = .int(try context.int("expert_used_count"))
      } else if context.file.value("attention.sliding_window") != nil {
        config["model_type"] = "mistral"
        config["architectures"] = ["MistralForCausalLM"]
      }
    })
}
