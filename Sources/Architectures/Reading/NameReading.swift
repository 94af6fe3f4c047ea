/// A way of reading the names of a checkpoint: which beginnings stand for which.
///
/// Models with other senses keep the language model under a name of its own, bare models were saved without the
/// first part of their names, and training tools leave a prefix before everything.
struct NameReading: Sendable {
  /// The first rule that fits a name applies; a name that none fits stays as it is.
  let rules: [(from: String, to: String)]
  /// What stands for what inside of names; all of them apply, in their order.
  private var parts: [(from: String, to: String)] = []

  init(_ rules: (from: String, to: String)...) { self.rules = rules }

  init(parts: [(from: String, to: String)]) { (rules, self.parts) = ([], parts) }

  /// The name under which a family looks for the tensor.
  func name(of stored: String) -> String {
    if !parts.isEmpty { return parts.reduce(stored) { $0.replacing($1.from, with: $1.to) } }
    guard let rule = rules.first(where: { stored.hasPrefix($0.from) }) else { return stored }
    return rule.to + stored.dropFirst(rule.from.count)
  }

  /// All readings, in the order in which they are tried. The first is the usual one, and the only one that most
  /// checkpoints ever need.
  static let all: [NameReading] =
    [
      NameReading(),
      // transformers 5 writes the layers of Kimi K2.5's text part as blocks, a word of its vision tower.
      NameReading(
        ("language_model.model.blocks.", "model.layers."), ("language_model.model.", "model."),
        ("language_model.lm_head.", "lm_head.")),
      NameReading(
        ("model.language_model.model.", "model."), ("model.language_model.lm_head.", "lm_head."),
        ("model.language_model.", "model.")),
      NameReading(("model.text_model.", "model.")),
      NameReading(("text_model.model.", "model."), ("text_model.lm_head.", "lm_head.")),
      NameReading(
        ("thinker.model.language_model.", "model."), ("thinker.model.", "model."),
        ("thinker.lm_head.", "lm_head.")),
      NameReading(("llm.", "")),
      NameReading(("model.llm.", "model.")),
      NameReading(("language_model.", "")),
      NameReading(("language_model.", "model.")),
      NameReading(("text_model.", "model.")),
      NameReading(("model.", "")),
    ] + ["model.", "transformer.", "gpt_neox.", "backbone.", "model.decoder.", "biogpt."].map(bare)
    + inTransformers5

  /// Names of modules as transformers 5 has them, where its checkpoints are not written under those of the hub
  /// (`save_original_format=False`).
  private static let inTransformers5 = [
    NameReading(("lm_head.", "embed_out.")), NameReading(("model.", "backbone.")),
    NameReading(parts: [(".mlp.gate.moe_statics.", ".mlp.moe_statics.")]),
    NameReading(parts: [
      (".block_sparse_moe.experts.gate_up_proj", ".block_sparse_moe.input_linear.weight"),
      (".block_sparse_moe.experts.down_proj", ".block_sparse_moe.output_linear.weight"),
      (".block_sparse_moe.router.weight", ".block_sparse_moe.router.layer.weight"),
    ]),
    NameReading(parts: [
      (".mlp.experts.", ".block_sparse_moe.experts."), (".mlp.router.", ".block_sparse_moe.gate."),
    ]),
    NameReading(parts: [
      ("model.embed_tokens.", "transformer.wte."), ("model.norm.", "transformer.ln_f."),
      ("model.layers.", "transformer.h."), (".input_layernorm.", ".ln_1."),
      (".post_attention_layernorm.", ".ln_2."), (".self_attn.o_proj.", ".attn.attention.out_proj."),
      (".self_attn.", ".attn.attention."), (".mlp.gate_proj.", ".mlp.c_fc_0."),
      (".mlp.up_proj.", ".mlp.c_fc_1."), (".mlp.down_proj.", ".mlp.c_proj."),
    ]),
  ]

  /// Names of a model that was saved without its head's module around it.
  private static func bare(_ base: String) -> NameReading {
    NameReading(
      ("lm_head.", "lm_head."), ("embed_out.", "embed_out."), ("output.weight", "output.weight"), ("", base))
  }
}

/// What training tools put around names: `module.` (data parallel), `_orig_mod.` (compiled), and their like.
enum TrainingNames {
  private static let prefixes = ["module.", "_orig_mod.", "base_model.model.", "_forward_module."]
  private static let infixes: Set = ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"]

  /// The names without what a tool put around all of them; nil where nothing is to be taken off.
  static func plain(_ names: [String]) -> [String]? {
    var plain = names.map { name in
      guard name.contains("_") else { return name }
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      let kept = parts.filter { !infixes.contains(String($0)) }
      return kept.count == parts.count ? name : kept.joined(separator: ".")
    }
    for _ in 0..<4 {
      guard let prefix = prefixes.first(where: { prefix in plain.allSatisfy { $0.hasPrefix(prefix) } }),
        !plain.isEmpty
      else { break }
      plain = plain.map { String($0.dropFirst(prefix.count)) }
    }
    return plain == names ? nil : plain
  }
}
