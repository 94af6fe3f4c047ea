import JSON

extension GGUFArchitecture {
  /// Attention whose keys and values are read from a small vector.
  static let latentAttention = [
    Name("attn_q", "self_attn.q_proj"), Name("attn_q_a", "self_attn.q_a_proj"),
    Name("attn_q_a_norm", "self_attn.q_a_layernorm"), Name("attn_q_b", "self_attn.q_b_proj"),
    Name("attn_kv_a_mqa", "self_attn.kv_a_proj_with_mqa"), Name("attn_kv_a_norm", "self_attn.kv_a_layernorm"),
    Name("attn_kv_b", "self_attn.kv_b_proj"), Name("attn_k_b", "self_attn.kv_b_proj", .latentKeys),
    Name("attn_v_b", "", .dropped), Name("attn_output", "self_attn.o_proj"),
  ]
}

extension GGUFContext {
  /// What latent attention needs. Files since 2025 keep the sizes of heads as they are computed with under keys of
  /// their own.
  func addLatentAttention(to config: inout JSONObject) throws {
    let turning = try int("rope.dimension_count"), rank = try int("attention.kv_lora_rank")
    let whole = try size("attention.key_length_mla") ?? int("attention.key_length")
    let still = whole - turning
    var value = size("attention.value_length_mla")
    if value == nil, let rows = firstTensor("attn_kv_b.weight")?.shape[0] { value = rows / headCount - still }
    guard still > 0, let value, value > 0 else {
      throw CheckpointError(
        .malformed, "\(file.name) has heads of \(whole) numbers, of which \(turning) turn")
    }
    config["kv_lora_rank"] = .int(rank)
    config["q_lora_rank"] = size("attention.q_lora_rank").map(JSON.int) ?? .null
    config["qk_rope_head_dim"] = .int(turning)
    config["qk_nope_head_dim"] = .int(still)
    config["v_head_dim"] = .int(value)
    config["num_key_value_heads"] = .int(headCount)
    config["head_dim"] = .int(turning)
    config["partial_rotary_factor"] = nil
    config["rope_interleave"] = true
    config["attention_bias"] = .bool(hasLayerTensor("attn_kv_a_mqa.bias"))
  }
}
