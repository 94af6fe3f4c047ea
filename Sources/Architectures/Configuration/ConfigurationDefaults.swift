import JSON

/// Keys that a `config.json` leaves out mean what transformers' configuration classes take for them; a key that is
/// `null` was set to nothing on purpose.
extension TransformersDefaults {
  /// By model type; empty where the text could not be read, which a test rules out.
  package static let all: JSONObject = (try? JSON(parsing: text))?.object ?? [:]

  /// Names of the same thing: a default must not overrule what a file says under another name.
  private static let aliases: [Set<String>] = [
    ["hidden_size", "n_embd", "n_embed", "d_model"],
    ["num_hidden_layers", "n_layer", "n_layers", "num_layers"],
    ["num_attention_heads", "n_head", "n_heads", "num_heads"],
    ["max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"],
    ["intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size"],
    ["num_experts", "num_local_experts", "n_routed_experts"],
    ["rope_theta", "rotary_emb_base"],
  ]

  /// The configuration with the defaults of its model type. Whether the embedding serves as the head is left out
  /// of that: a checkpoint without a head answers it better than a default.
  package static func completed(_ config: JSON) -> JSON {
    guard case .object(var members) = config, let type = config["model_type"]?.string,
      let defaults = all[type]?.object
    else { return config }
    for (key, value) in defaults where members[key] == nil && key != "tie_word_embeddings" {
      let others = aliases.first { $0.contains(key) } ?? []
      guard !others.contains(where: { members[$0] != nil }) else { continue }
      members[key] = value
    }
    return .object(members)
  }

  /// Whether transformers ties head and embedding of that model type where `config.json` does not say.
  package static func tiesWords(_ modelType: String) -> Bool {
    all[modelType]?["tie_word_embeddings"]?.bool ?? false
  }
}
