import JSON
import Tensors

extension GGUFContext {
  /// The configuration that transformers would have for this model.
  func config() throws -> JSON {
    guard let embedding = stored.tensor(named: "token_embd.weight"), embedding.shape.rank == 2 else {
      throw CheckpointError(.malformed, "\(file.name) has no embedding 'token_embd.weight'")
    }
    let hidden = try int("embedding_length")
    let headSize = file.value("attention.key_length")?.int ?? hidden / headCount
    guard headSize > 0, headSize < 1 << 16 else {
      throw CheckpointError(
        .malformed, "\(file.name) has heads of \(headSize) numbers, which is not plausible")
    }
    var config: JSONObject = [
      "architectures": [.string(architecture.className)], "model_type": .string(architecture.modelType),
      "vocab_size": .int(embedding.shape[0]), "hidden_size": .int(hidden),
      "intermediate_size": .int(try feedForwardSize()), "num_hidden_layers": .int(layerCount),
      "num_attention_heads": .int(headCount), "num_key_value_heads": .int(keyValueHeadCount),
      "head_dim": .int(headSize), "max_position_embeddings": .int(try int("context_length")),
      "hidden_act": "silu", "tie_word_embeddings": .bool(stored.tensor(named: "output.weight") == nil),
    ]
    if let epsilon = double("attention.layer_norm_rms_epsilon") { config["rms_norm_eps"] = .double(epsilon) }
    if let epsilon = double("attention.layer_norm_epsilon") { config["layer_norm_eps"] = .double(epsilon) }
    // Nothing said is no window here, whatever the family's configuration takes for a missing key.
    let window = file.value("attention.sliding_window")?.int ?? 0
    config["sliding_window"] = window > 0 ? .int(window) : .null
    config["rope_theta"] = .double(double("rope.freq_base") ?? 10000)
    if let rotated = file.value("rope.dimension_count")?.int, rotated > 0, rotated < headSize {
      var share = Double(rotated) / Double(headSize)
      // Whoever multiplies and truncates must come back to the same number.
      while Int(share * Double(headSize)) < rotated { share = share.nextUp }
      config["partial_rotary_factor"] = .double(share)
    }
    if let scaling = try GGUFRopeScaling(self).config { config["rope_scaling"] = scaling }
    addTokens(to: &config)
    config["torch_dtype"] = "float16"
    try architecture.configure(self, &config)
    return .object(config)
  }

  /// Models with nothing but experts have only the experts' size.
  private func feedForwardSize() throws -> Int {
    let key = "feed_forward_length"
    let hasSize = file.value(key).map { $0.int != 0 } ?? false
    return try int(hasSize ? key : "expert_\(key)")
  }

  /// The ids of special tokens. Several tokens can end an answer; a list is written only if there are.
  private func addTokens(to config: inout JSONObject) {
    if let id = file.tokenID("bos") { config["bos_token_id"] = .int(id) }
    config["eos_token_id"] = file.endTokens
    if let id = file.tokenID("padding") { config["pad_token_id"] = .int(id) }
  }

  /// Whether projections have biases, as Llama's configuration says it.
  func addBiases(to config: inout JSONObject) {
    config["attention_bias"] = .bool(hasLayerTensor("attn_q.bias"))
    config["mlp_bias"] = .bool(hasLayerTensor("ffn_up.bias"))
  }

  /// The numbers of experts, and their size under both names that families use.
  func addExperts(to config: inout JSONObject, countKey: String) throws {
    config[countKey] = .int(try int("expert_count"))
    config["num_experts_per_tok"] = .int(try int("expert_used_count"))
    if let size = file.value("expert_feed_forward_length")?.int {
      config["moe_intermediate_size"] = .int(size)
    }
  }

  /// `layer_types`, where a layer is said to have no window.
  func layerTypes(isFull: (Int) -> Bool) -> JSON {
    .array((0..<layerCount).map { isFull($0) ? "full_attention" : "sliding_attention" })
  }
}
