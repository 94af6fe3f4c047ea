import JSON

extension GGUFArchitecture {
  /// GPT-2, whose linear layers transformers keeps as [in, out].
  static let gpt2 = GGUFArchitecture(
    name: "gpt2", modelType: "gpt2", className: "GPT2LMHeadModel", layerPrefix: "transformer.h.",
    globals: [
      Name("token_embd", "transformer.wte"), Name("position_embd", "transformer.wpe"),
      Name("output_norm", "transformer.ln_f"), Name("output", "lm_head"),
    ],
    layer: [
      Name("attn_norm", "ln_1"), Name("attn_qkv", "attn.c_attn", .transposed),
      Name("attn_output", "attn.c_proj", .transposed), Name("ffn_norm", "ln_2"),
      Name("ffn_up", "mlp.c_fc", .transposed), Name("ffn_down", "mlp.c_proj", .transposed),
    ],
    configure: { context, config in
      for (old, new) in [
        ("hidden_size", "n_embd"), ("num_hidden_layers", "n_layer"), ("num_attention_heads", "n_head"),
        ("max_position_embeddings", "n_positions"), ("intermediate_size", "n_inner"),
        ("layer_norm_eps", "layer_norm_epsilon"),
      ] {
        if let value = config[old] { config[new] = value }
      }
      // The converter writes four times the hidden size, whatever it is.
      if let up = context.stored.tensor(named: "blk.0.ffn_up.weight") {
        config["n_inner"] = .int(up.shape[0])
      }
      config["activation_function"] = "gelu_new"
    })

  /// GPT-NeoX and Pythia.
  static let gptneox = GGUFArchitecture(
    name: "gptneox", modelType: "gpt_neox", className: "GPTNeoXForCausalLM", layerPrefix: "gpt_neox.layers.",
    globals: [
      Name("token_embd", "gpt_neox.embed_in"), Name("output_norm", "gpt_neox.final_layer_norm"),
      Name("output", "embed_out"),
    ],
    layer: [
      Name("attn_norm", "input_layernorm"),
      Name("attn_qkv", "attention.query_key_value", .interleavedHeads),
      Name("attn_output", "attention.dense"), Name("ffn_norm", "post_attention_layernorm"),
      Name("ffn_up", "mlp.dense_h_to_4h"), Name("ffn_down", "mlp.dense_4h_to_h"),
    ],
    configure: { context, config in
      config["hidden_act"] = "gelu"
      config["use_parallel_residual"] = .bool(context.file.value("use_parallel_residual")?.bool ?? true)
      config["rotary_pct"] = config["partial_rotary_factor"] ?? 1
      config["rotary_emb_base"] = config["rope_theta"]
      config["attention_bias"] = .bool(context.hasLayerTensor("attn_qkv.bias"))
    })

  /// StarCoder2.
  static let starcoder2 = GGUFArchitecture(
    name: "starcoder2", modelType: "starcoder2", className: "Starcoder2ForCausalLM",
    layer: preNorms + attention(permuted: false) + [
      Name("ffn_up", "mlp.c_fc"), Name("ffn_down", "mlp.c_proj"),
    ],
    configure: { context, config in
      config["hidden_act"] = "gelu_pytorch_tanh"
      config["norm_epsilon"] = config["layer_norm_eps"]
      config["use_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
    })

  /// StableLM, StableLM 2.
  static let stablelm = GGUFArchitecture(
    name: "stablelm", modelType: "stablelm", className: "StableLmForCausalLM",
    layer: [
      Name("attn_q_norm", "self_attn.q_layernorm.norms.*", .headNorms),
      Name("attn_k_norm", "self_attn.k_layernorm.norms.*", .headNorms),
    ] + preNorms + attention(permuted: false) + gatedMLP,
    configure: { context, config in
      config["use_qkv_bias"] = .bool(context.hasLayerTensor("attn_q.bias"))
      config["qk_layernorm"] = .bool(context.hasLayerTensor("attn_q_norm.weight"))
      config["use_parallel_residual"] = .bool(!context.hasLayerTensor("ffn_norm.weight"))
    })
}
