import JSON
import Tensors

extension GGUFContext {
  /// The configuration that transformers would have for this model.
  func config() throws -> JSON {
    guard let embedding = stored.tensor(named: "token_embd.weight"), embedding.shape.rank == 2 else {
      throw CheckpointError(.malformed, "\(file.name) has no embedding 'token_embd.weight'")
    }
    let hidden = try int("embedding_length")
    var config: JSONObject = [
      "architectures": [.string(architecture.className)], "model_type": .string(architecture.modelType),
      "vocab_size": .int(embedding.shape[0]), "hidden_size": .int(hidden),
      "intermediate_size": .int(
        try int(
          file.value("feed_forward_length") == nil ? "expert_feed_forward_length" : "feed_forward_length")),
      "num_hidden_layers": .int(layerCount), "num_attention_heads": .int(headCount),
      "num_key_value_heads": .int(keyValueHeadCount),
      "head_dim": .int(file.value("attention.key_length")?.int ?? hidden / headCount),
      "max_position_embeddings": .int(try int("context_length")), "hidden_act": "silu",
      "tie_word_embeddings": .bool(stored.tensor(named: "output.weight") == nil),
    ]
    if let epsilon = double("attention.layer_norm_rms_epsilon") { config["rms_norm_eps"] = .double(epsilon) }
    if let epsilon = double("attention.layer_norm_epsilon") { config["layer_norm_eps"] = .double(epsilon) }
    config["rope_theta"] = .double(double("rope.freq_base") ?? 10000)
    if let window = file.value("attention.sliding_window")?.int, window > 0 {
      config["sliding_window"] = .int(window)
    }
    addTokens(to: &config)
    config["torch_dtype"] = "float16"
    try addRopeScaling(to: &config)
    try architecture.configure(self, &config)
    return .object(config)
  }

  /// The ids of special tokens. Several tokens can end an answer; the list is written only if there are.
  private func addTokens(to config: inout JSONObject) {
    func id(_ name: String) -> Int? { file["tokenizer.ggml.\(name)_token_id"]?.int }
    if let id = id("bos") { config["bos_token_id"] = .int(id) }
    var ends: [Int] = []
    for id in [id("eos"), id("eot"), id("eom")].compactMap({ $0 }) where !ends.contains(id) {
      ends.append(id)
    }
    if let first = ends.first {
      config["eos_token_id"] = ends.count == 1 ? .int(first) : .array(ends.map(JSON.int))
    }
    if let id = id("padding") { config["pad_token_id"] = .int(id) }
  }

  private func addRopeScaling(to config: inout JSONObject) throws {}
}
