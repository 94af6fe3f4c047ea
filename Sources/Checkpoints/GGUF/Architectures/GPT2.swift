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
}
