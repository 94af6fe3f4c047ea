import JSON

extension GGUFArchitecture {
  /// Routed experts under the names of most families, and the one that all tokens share.
  static func mixture(
    _ part: String = "mlp", router: String = "gate", shared: String = "shared_experts",
    projections: (gate: String, up: String, down: String) = ("gate_proj", "up_proj", "down_proj")
  ) -> [Name] {
    [
      Name("ffn_gate_inp", "\(part).\(router)"),
      Name("ffn_gate_exps", "\(part).experts.*.\(projections.gate)", .experts),
      Name("ffn_up_exps", "\(part).experts.*.\(projections.up)", .experts),
      Name("ffn_down_exps", "\(part).experts.*.\(projections.down)", .experts),
      Name("ffn_gate_shexp", "\(part).\(shared).gate_proj"),
      Name("ffn_up_shexp", "\(part).\(shared).up_proj"),
      Name("ffn_down_shexp", "\(part).\(shared).down_proj"),
    ]
  }

  /// What is added to the scores by which experts are chosen.
  static let correctionBias = Name("exp_probs_b.bias", "mlp.gate.e_score_correction_bias")

  /// Routed experts under the names of Mixtral.
  static let blockMixture = mixture("block_sparse_moe", projections: ("w1", "w3", "w2"))
}
