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
}
