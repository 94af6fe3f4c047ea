import JSON

extension GGUFArchitecture {
  /// Gemma stores its norms as 1 + w.
  static let gemma = GGUFArchitecture(
    name: "gemma", modelType: "gemma", className: "GemmaForCausalLM", globals: globals,
    layer: [
      Name("attn_norm", "input_layernorm", .minusOne),
      Name("ffn_norm", "post_attention_layernorm", .minusOne),
    ] + attention(permuted: false) + gatedMLP, configure: { _, config in common(&config) })

  /// Gemma 2: four norms a layer, soft-capping, every other layer with a window.
  static let gemma2 = GGUFArchitecture(
    name: "gemma2", modelType: "gemma2", className: "Gemma2ForCausalLM", globals: globals,
    layer: fourNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      common(&config)
      config["attn_logit_softcapping"] = context.softcap("attn_logit_softcapping", or: 50)
      config["final_logit_softcapping"] = context.softcap("final_logit_softcapping", or: 30)
      config["query_pre_attn_scalar"] = try context.queryScalar(layersOf27B: 46)
      config["layer_types"] = context.layerTypes { $0 % 2 == 1 }
    })

  /// Gemma 3, text: norms of queries and keys, every sixth layer without a window.
  static let gemma3 = GGUFArchitecture(
    name: "gemma3", modelType: "gemma3_text", className: "Gemma3ForCausalLM", globals: globals,
    layer: fourNorms + [
      Name("attn_q_norm", "self_attn.q_norm", .minusOne), Name("attn_k_norm", "self_attn.k_norm", .minusOne),
    ] + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      common(&config)
      let pattern = context.file.value("attention.sliding_window_pattern")?.int ?? 6
      config["query_pre_attn_scalar"] = try context.queryScalar(layersOf27B: 62)
      config["rope_theta"] = .double(context.double("rope.freq_base") ?? 1_000_000)
      config["rope_local_base_freq"] = .double(context.double("rope.freq_base_swa") ?? 10000)
      config["sliding_window_pattern"] = .int(pattern)
      config["layer_types"] = context.layerTypes { layer in
        context.isSliding(layer).map { !$0 } ?? (pattern > 0 && (layer + 1) % pattern == 0)
      }
      config["final_logit_softcapping"] = context.softcap("final_logit_softcapping", or: 0)
    })

  private static let globals = [
    Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.norm", .minusOne),
    Name("output", "lm_head"),
  ]

  private static let fourNorms = [
    Name("attn_norm", "input_layernorm", .minusOne),
    Name("post_attention_norm", "post_attention_layernorm", .minusOne),
    Name("ffn_norm", "pre_feedforward_layernorm", .minusOne),
    Name("post_ffw_norm", "post_feedforward_layernorm", .minusOne),
  ]

  private static func common(_ config: inout JSONObject) {
    config["hidden_act"] = "gelu_pytorch_tanh"
    config["hidden_activation"] = "gelu_pytorch_tanh"
  }
}

extension GGUFContext {
  /// A soft limit; 0 is none.
  fileprivate func softcap(_ key: String, or fallback: Double) -> JSON {
    let limit = double(key) ?? fallback
    return limit > 0 ? .double(limit) : .null
  }

  /// What queries are divided by the root of: the head size, but in the 27B models hidden size / heads. GGUF
  /// does not say which; ggml goes by the number of layers.
  fileprivate func queryScalar(layersOf27B: Int) throws -> JSON {
    let hidden = try int("embedding_length")
    if layerCount == layersOf27B { return .int(hidden / headCount) }
    return .int(file.value("attention.key_length")?.int ?? hidden / headCount)
  }
}
