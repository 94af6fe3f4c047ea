import JSON
import Tensors

extension GGUFContext {
  /// The configuration that transformers would have for this model.
  func config() throws -> JSON {
    guard let embedding = stored.tensor(named: "token_embd.weight"), embedding.shape.rank == 2 else {
      throw CheckpointError(.malformed, "\(file.name) has no embedding 'token_embd.weight'")
    }
    let hidden = try int("embedding_length")
    let headSize = headSize ?? hidden / headCount
    guard headSize > 0, headSize < 1 << 16 else {
      throw CheckpointError(
        .malformed, "\(file.name) has heads of \(headSize) numbers, which is not plausible")
    }
    var config: JSONObject = [
      "architectures": [.string(architecture.className)], "model_type": .string(architecture.modelType),
      "vocab_size": .int(embedding.shape[0]), "hidden_size": .int(hidden),
      "num_hidden_layers": .int(layerCount),
      "num_attention_heads": .int(headCount), "num_key_value_heads": .int(keyValueHeadCount),
      "head_dim": .int(headSize), "max_position_embeddings": .int(try int("context_length")),
      "hidden_act": "silu", "tie_word_embeddings": .bool(stored.tensor(named: "output.weight") == nil),
    ]
    // Models with nothing but experts have only the experts' size.
    if let size = size("feed_forward_length") ?? size("expert_feed_forward_length") {
      config["intermediate_size"] = .int(size)
    }
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

  /// What DeepSeek's way to choose experts needs, under its names.
  func addRoutedExperts(to config: inout JSONObject) throws {
    try addExperts(to: &config, countKey: "n_routed_experts")
    config["n_shared_experts"] = .int(file.value("expert_shared_count")?.int ?? 0)
    config["first_k_dense_replace"] = .int(file.value("leading_dense_block_count")?.int ?? 0)
    config["mlp_layer_types"] = layerTypes {
      hasTensor("ffn_gate_inp.weight", in: $0) ? "sparse" : "dense"
    }
    config["n_group"] = .int(size("expert_group_count") ?? 1)
    config["topk_group"] = .int(size("expert_group_used_count") ?? 1)
    config["norm_topk_prob"] = .bool(file.value("expert_weights_norm")?.bool ?? false)
    config["routed_scaling_factor"] = .double(double("expert_weights_scale") ?? 1)
  }

  /// Adds to `rope_scaling` where positions are scaled.
  func addToScaling(_ members: JSONObject, in config: inout JSONObject) {
    guard var scaling = config["rope_scaling"]?.object else { return }
    scaling.merge(members) { _, new in new }
    config["rope_scaling"] = .object(scaling)
  }

  /// `layer_types` by which tensors a layer has.
  func layerTypes(_ type: (Int) -> String) -> JSON { .array((0..<layerCount).map { .string(type($0)) }) }

  /// `layer_types`, where a layer is said to have no window.
  func layerTypes(isFull: (Int) -> Bool) -> JSON {
    .array((0..<layerCount).map { isFull($0) ? "full_attention" : "sliding_attention" })
  }
}
