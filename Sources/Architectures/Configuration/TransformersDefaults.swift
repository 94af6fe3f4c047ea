/// What the configuration classes of transformers 5.24 take for keys that a `config.json` leaves out.
///
/// Written by `Tests/Fixtures/configurations/make_defaults.py`; only keys that decide what is computed. Keys whose
/// default depends on other keys are not here: the families compute those.
package enum TransformersDefaults {
  /// A member for each model type.
  static let text = """
    {
      "apertus": {"vocab_size": 131072, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "xielu", "max_position_embeddings":
      65536, "rms_norm_eps": 1e-05, "attention_bias": false, "rope_theta": 12000000.0,
      "tie_word_embeddings": false},
      "arcee": {"vocab_size": 32000, "hidden_size": 2560, "intermediate_size": 18432, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "relu2", "max_position_embeddings": 4096, "rms_norm_eps":
      1e-05, "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": false},
      "bamba": {"vocab_size": 128000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers":
      32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu", "rms_norm_eps": 1e-05,
      "num_logits_to_keep": 1, "max_position_embeddings": 262144, "mamba_n_heads": 128, "mamba_d_head":
      "auto", "mamba_n_groups": 1, "mamba_d_state": 256, "mamba_d_conv": 4, "mamba_expand": 2,
      "mamba_chunk_size": 256, "mamba_conv_bias": true, "mamba_proj_bias": false, "z_loss_coefficient": 0.0,
      "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": false},
      "biogpt": {"vocab_size": 42384, "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads":
      16, "intermediate_size": 4096, "hidden_act": "gelu", "max_position_embeddings": 1024,
      "layer_norm_eps": 1e-12, "scale_embedding": true, "tie_word_embeddings": true},
      "bitnet": {"vocab_size": 128256, "hidden_size": 2560, "intermediate_size": 6912, "num_hidden_layers":
      30, "num_attention_heads": 20, "num_key_value_heads": 5, "hidden_act": "relu2",
      "max_position_embeddings": 2048, "rms_norm_eps": 1e-05, "attention_bias": false, "rope_theta":
      500000.0, "tie_word_embeddings": false},
      "bloom": {"vocab_size": 250880, "hidden_size": 64, "n_layer": 2, "n_head": 8, "layer_norm_epsilon":
      1e-05, "apply_residual_connection_post_layernorm": false, "slow_but_exact": false,
      "tie_word_embeddings": true},
      "codegen": {"vocab_size": 50400, "n_positions": 2048, "n_ctx": 2048, "n_embd": 4096, "n_layer": 28,
      "n_head": 16, "rotary_dim": 64, "activation_function": "gelu_new", "resid_pdrop": 0.0, "embd_pdrop":
      0.0, "attn_pdrop": 0.0, "layer_norm_epsilon": 1e-05, "tie_word_embeddings": false},
      "cohere": {"vocab_size": 256000, "hidden_size": 8192, "intermediate_size": 22528, "logit_scale":
      0.0625, "num_hidden_layers": 40, "num_attention_heads": 64, "hidden_act": "silu",
      "max_position_embeddings": 8192, "layer_norm_eps": 1e-05, "attention_bias": false, "use_qk_norm":
      false, "rope_theta": 500000.0, "tie_word_embeddings": true},
      "cohere2": {"vocab_size": 256000, "hidden_size": 8192, "intermediate_size": 22528, "logit_scale":
      0.0625, "num_hidden_layers": 40, "num_attention_heads": 64, "hidden_act": "silu",
      "max_position_embeddings": 8192, "layer_norm_eps": 1e-05, "attention_bias": false, "sliding_window":
      4096, "tie_word_embeddings": true},
      "dbrx": {"d_model": 2048, "n_heads": 16, "n_layers": 24, "max_seq_len": 2048, "vocab_size": 32000,
      "resid_pdrop": 0.0, "emb_pdrop": 0.0, "tie_word_embeddings": false},
      "deepseek_v2": {"vocab_size": 102400, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-06, "attention_bias": false, "mlp_bias": false, "first_k_dense_replace": 0,
      "kv_lora_rank": 512, "q_lora_rank": 1536, "n_routed_experts": 64, "n_shared_experts": 2,
      "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "routed_scaling_factor": 1.0, "topk_method":
      "greedy", "norm_topk_prob": false, "v_head_dim": 128, "moe_intermediate_size": 1407,
      "tie_word_embeddings": false},
      "deepseek_v3": {"vocab_size": 129280, "hidden_size": 7168, "intermediate_size": 18432,
      "moe_intermediate_size": 2048, "num_hidden_layers": 61, "num_attention_heads": 128,
      "n_shared_experts": 1, "n_routed_experts": 256, "routed_scaling_factor": 2.5, "kv_lora_rank": 512,
      "q_lora_rank": 1536, "qk_rope_head_dim": 64, "v_head_dim": 128, "qk_nope_head_dim": 128, "n_group": 8,
      "topk_group": 4, "num_experts_per_tok": 8, "first_k_dense_replace": 3, "norm_topk_prob": true,
      "hidden_act": "silu", "max_position_embeddings": 4096, "rms_norm_eps": 1e-06, "rope_interleave": true,
      "attention_bias": false, "num_mtp_layers": 1, "tie_word_embeddings": false},
      "ernie4_5": {"vocab_size": 103424, "hidden_size": 1024, "intermediate_size": 3072,
      "num_hidden_layers": 18, "num_attention_heads": 16, "num_key_value_heads": 2, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "use_bias": false, "head_dim": 128,
      "rope_theta": 500000.0, "tie_word_embeddings": true},
      "ernie4_5_moe": {"vocab_size": 103424, "hidden_size": 2560, "intermediate_size": 12288,
      "num_hidden_layers": 28, "num_attention_heads": 20, "num_key_value_heads": 4, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "use_bias": false, "moe_intermediate_size":
      1536, "moe_k": 6, "moe_num_experts": 64, "moe_num_shared_experts": 2, "moe_layer_start_index": 1,
      "moe_layer_end_index": -1, "moe_layer_interval": 1, "moe_norm_min": 1e-12, "rope_theta": 500000.0,
      "tie_word_embeddings": true},
      "exaone4": {"vocab_size": 102400, "hidden_size": 4096, "intermediate_size": 16384,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-05, "sliding_window": 4096, "sliding_window_pattern": 4,
      "tie_word_embeddings": false},
      "falcon": {"vocab_size": 65024, "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads":
      71, "layer_norm_epsilon": 1e-05, "alibi": false, "new_decoder_architecture": false, "multi_query":
      true, "parallel_attn": true, "bias": false, "max_position_embeddings": 2048, "activation": "gelu",
      "tie_word_embeddings": true},
      "falcon_h1": {"vocab_size": 128000, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu",
      "rms_norm_eps": 1e-05, "num_logits_to_keep": 1, "max_position_embeddings": 8192, "mamba_d_ssm": 1024,
      "mamba_n_heads": 128, "mamba_d_head": "auto", "mamba_n_groups": 1, "mamba_d_state": 256,
      "mamba_d_conv": 4, "mamba_expand": 2, "mamba_chunk_size": 256, "mamba_conv_bias": true,
      "mamba_proj_bias": false, "mamba_norm_before_gate": true, "mamba_rms_norm": false, "projectors_bias":
      false, "lm_head_multiplier": 1.0, "embedding_multiplier": 1.0, "key_multiplier": 1.0,
      "attention_out_multiplier": 1.0, "attention_in_multiplier": 1.0, "ssm_in_multiplier": 1.0,
      "ssm_out_multiplier": 1.0, "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": false},
      "falcon_mamba": {"vocab_size": 50280, "hidden_size": 768, "state_size": 16, "num_hidden_layers": 32,
      "layer_norm_epsilon": 1e-05, "expand": 2, "conv_kernel": 4, "use_bias": false, "use_conv_bias": true,
      "hidden_act": "silu", "residual_in_fp32": true, "time_step_rank": "auto", "time_step_scale": 1.0,
      "time_step_min": 0.001, "time_step_max": 0.1, "time_step_floor": 0.0001, "mixer_rms_eps": 1e-06,
      "tie_word_embeddings": true},
      "gemma": {"vocab_size": 256000, "hidden_size": 3072, "intermediate_size": 24576, "num_hidden_layers":
      28, "num_attention_heads": 16, "head_dim": 256, "hidden_act": "gelu_pytorch_tanh",
      "max_position_embeddings": 8192, "rms_norm_eps": 1e-06, "attention_bias": false,
      "tie_word_embeddings": true},
      "gemma2": {"vocab_size": 256000, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers":
      26, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "hidden_activation":
      "gelu_pytorch_tanh", "max_position_embeddings": 8192, "rms_norm_eps": 1e-06, "attention_bias": false,
      "query_pre_attn_scalar": 256, "sliding_window": 4096, "final_logit_softcapping": 30.0,
      "attn_logit_softcapping": 50.0, "tie_word_embeddings": true},
      "gemma3_text": {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216,
      "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
      "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 131072, "rms_norm_eps": 1e-06,
      "attention_bias": false, "query_pre_attn_scalar": 256, "sliding_window": 4096,
      "use_bidirectional_attention": false, "tie_word_embeddings": true},
      "gemma3n_text": {"vocab_size": 262400, "hidden_size": 2048, "intermediate_size": 16384,
      "num_hidden_layers": 35, "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 256,
      "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 32768, "rms_norm_eps": 1e-06,
      "attention_bias": false, "sliding_window": 512, "final_logit_softcapping": 30.0,
      "vocab_size_per_layer_input": 262144, "hidden_size_per_layer_input": 256, "altup_active_idx": 0,
      "altup_coef_clip": 120.0, "altup_correct_scale": true, "altup_num_inputs": 4, "num_kv_shared_layers":
      15, "laurel_rank": 64, "tie_word_embeddings": true},
      "gemma4_text": {"vocab_size": 262144, "hidden_size": 2304, "intermediate_size": 9216,
      "num_hidden_layers": 30, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256,
      "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 131072, "rms_norm_eps": 1e-06,
      "attention_bias": false, "sliding_window": 512, "vocab_size_per_layer_input": 262144,
      "hidden_size_per_layer_input": 256, "attention_k_eq_v": false, "num_kv_shared_layers": 0,
      "enable_moe_block": false, "use_double_wide_mlp": false, "tie_word_embeddings": true},
      "glm": {"vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 13696, "num_hidden_layers":
      40, "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1.5625e-07, "attention_bias": true,
      "tie_word_embeddings": false},
      "glm4": {"vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 13696, "num_hidden_layers":
      40, "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1.5625e-07, "attention_bias": true,
      "tie_word_embeddings": false},
      "glm4_moe": {"vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 10944,
      "num_hidden_layers": 46, "num_attention_heads": 96, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "attention_bias": false,
      "moe_intermediate_size": 1408, "num_experts_per_tok": 8, "n_shared_experts": 1, "n_routed_experts":
      128, "routed_scaling_factor": 1.0, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1,
      "norm_topk_prob": true, "use_qk_norm": false, "num_mtp_layers": 1, "tie_word_embeddings": false},
      "glm4_moe_lite": {"vocab_size": 154880, "hidden_size": 2048, "intermediate_size": 10240,
      "moe_intermediate_size": 1536, "num_hidden_layers": 47, "num_attention_heads": 20, "n_shared_experts":
      1, "n_routed_experts": 64, "routed_scaling_factor": 1.8, "kv_lora_rank": 512, "q_lora_rank": 768,
      "qk_rope_head_dim": 64, "v_head_dim": 256, "qk_nope_head_dim": 192, "n_group": 1, "topk_group": 1,
      "num_experts_per_tok": 4, "norm_topk_prob": true, "hidden_act": "silu", "max_position_embeddings":
      202752, "rms_norm_eps": 1e-05, "rope_interleave": true, "attention_bias": false,
      "tie_word_embeddings": false},
      "glm4v_text": {"vocab_size": 151552, "hidden_size": 4096, "intermediate_size": 13696,
      "num_hidden_layers": 40, "num_attention_heads": 32, "num_key_value_heads": 2, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-05, "tie_word_embeddings": false},
      "gpt2": {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12,
      "activation_function": "gelu_new", "resid_pdrop": 0.1, "embd_pdrop": 0.1, "attn_pdrop": 0.1,
      "layer_norm_epsilon": 1e-05, "scale_attn_weights": true, "scale_attn_by_inverse_layer_idx": false,
      "tie_word_embeddings": true},
      "gpt_bigcode": {"vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12,
      "activation_function": "gelu_pytorch_tanh", "resid_pdrop": 0.1, "embd_pdrop": 0.1, "attn_pdrop": 0.1,
      "layer_norm_epsilon": 1e-05, "scale_attn_weights": true, "attention_softmax_in_fp32": true,
      "scale_attention_softmax_in_fp32": true, "multi_query": true, "tie_word_embeddings": true},
      "gpt_neo": {"vocab_size": 50257, "max_position_embeddings": 2048, "hidden_size": 2048, "num_layers":
      24, "num_heads": 16, "window_size": 256, "activation_function": "gelu_new", "layer_norm_epsilon":
      1e-05, "tie_word_embeddings": true},
      "gpt_neox": {"vocab_size": 50432, "hidden_size": 6144, "num_hidden_layers": 44, "num_attention_heads":
      64, "intermediate_size": 24576, "hidden_act": "gelu", "max_position_embeddings": 2048,
      "layer_norm_eps": 1e-05, "use_parallel_residual": true, "attention_bias": true, "tie_word_embeddings":
      false},
      "gpt_oss": {"num_hidden_layers": 36, "num_local_experts": 128, "vocab_size": 201088, "hidden_size":
      2880, "intermediate_size": 2880, "head_dim": 64, "num_attention_heads": 64, "num_key_value_heads": 8,
      "sliding_window": 128, "hidden_act": "silu", "max_position_embeddings": 131072, "rms_norm_eps": 1e-05,
      "num_experts_per_tok": 4, "swiglu_alpha": 1.702, "swiglu_limit": 7.0, "attention_bias": true,
      "rope_theta": 150000.0, "tie_word_embeddings": false},
      "gptj": {"vocab_size": 50400, "n_positions": 2048, "n_embd": 4096, "n_layer": 28, "n_head": 16,
      "rotary_dim": 64, "activation_function": "gelu_new", "resid_pdrop": 0.0, "embd_pdrop": 0.0,
      "attn_pdrop": 0.0, "layer_norm_epsilon": 1e-05, "tie_word_embeddings": false},
      "granite": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 2048, "rms_norm_eps":
      1e-06, "attention_bias": false, "mlp_bias": false, "embedding_multiplier": 1.0, "logits_scaling": 1.0,
      "residual_multiplier": 1.0, "attention_multiplier": 1.0, "tie_word_embeddings": false},
      "granitemoe": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-06, "attention_bias": false, "embedding_multiplier": 1.0, "logits_scaling":
      1.0, "residual_multiplier": 1.0, "attention_multiplier": 1.0, "num_local_experts": 8,
      "num_experts_per_tok": 2, "tie_word_embeddings": false},
      "granitemoehybrid": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-06, "attention_bias": false, "embedding_multiplier": 1.0, "logits_scaling":
      1.0, "residual_multiplier": 1.0, "attention_multiplier": 1.0, "num_local_experts": 8,
      "num_experts_per_tok": 2, "shared_intermediate_size": 1024, "mamba_n_heads": 128, "mamba_n_groups": 1,
      "mamba_d_state": 256, "mamba_d_head": "auto", "mamba_d_conv": 4, "mamba_expand": 2,
      "mamba_chunk_size": 256, "mamba_conv_bias": true, "mamba_proj_bias": false, "tie_word_embeddings":
      false},
      "granitemoeshared": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-06, "attention_bias": false, "embedding_multiplier": 1.0, "logits_scaling":
      1.0, "residual_multiplier": 1.0, "attention_multiplier": 1.0, "num_local_experts": 8,
      "num_experts_per_tok": 2, "shared_intermediate_size": 0, "tie_word_embeddings": false},
      "helium": {"vocab_size": 48000, "hidden_size": 2560, "intermediate_size": 7040, "num_hidden_layers":
      24, "num_attention_heads": 20, "head_dim": 128, "hidden_act": "silu", "max_position_embeddings": 4096,
      "rms_norm_eps": 1e-08, "attention_bias": false, "mlp_bias": false, "rope_theta": 100000.0,
      "tie_word_embeddings": false},
      "hunyuan_v1_dense": {"vocab_size": 290943, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-05, "attention_bias": false, "tie_word_embeddings": false},
      "hunyuan_v1_moe": {"vocab_size": 290943, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings":
      2048, "rms_norm_eps": 1e-05, "attention_bias": false, "num_experts": 1, "moe_topk": 1,
      "tie_word_embeddings": false},
      "jamba": {"vocab_size": 65536, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers":
      32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu", "rms_norm_eps": 1e-06,
      "max_position_embeddings": 262144, "num_experts_per_tok": 2, "num_experts": 16, "expert_layer_period":
      2, "expert_layer_offset": 1, "attn_layer_period": 8, "attn_layer_offset": 4, "use_mamba_kernels":
      true, "mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 2, "mamba_dt_rank": "auto",
      "mamba_conv_bias": true, "mamba_proj_bias": false, "tie_word_embeddings": false},
      "lfm2": {"vocab_size": 65536, "hidden_size": 2560, "intermediate_size": 12288, "num_hidden_layers":
      32, "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 128000,
      "norm_eps": 1e-05, "conv_bias": false, "conv_L_cache": 3, "block_multiple_of": 256,
      "block_ffn_dim_multiplier": 1.0, "block_auto_adjust_ff_dim": true, "rope_theta": 1000000.0,
      "tie_word_embeddings": true},
      "lfm2_moe": {"vocab_size": 65536, "hidden_size": 2048, "intermediate_size": 7168,
      "moe_intermediate_size": 1792, "num_hidden_layers": 32, "max_position_embeddings": 128000, "norm_eps":
      1e-05, "num_attention_heads": 32, "num_key_value_heads": 8, "conv_bias": false, "conv_L_cache": 3,
      "num_dense_layers": 2, "num_experts_per_tok": 4, "num_experts": 32, "use_expert_bias": true,
      "routed_scaling_factor": 1.0, "norm_topk_prob": true, "rope_theta": 1000000.0, "tie_word_embeddings":
      true},
      "llama": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 2048, "rms_norm_eps":
      1e-06, "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": false},
      "llama4_text": {"vocab_size": 202048, "hidden_size": 5120, "intermediate_size": 8192,
      "intermediate_size_mlp": 16384, "num_hidden_layers": 48, "num_attention_heads": 40,
      "num_key_value_heads": 8, "head_dim": 128, "hidden_act": "silu", "max_position_embeddings": 131072,
      "rms_norm_eps": 1e-05, "num_experts_per_tok": 1, "num_local_experts": 16, "interleave_moe_layer_step":
      1, "use_qk_norm": true, "no_rope_layer_interval": 4, "attention_chunk_size": 8192,
      "attn_temperature_tuning": true, "floor_scale": 8192, "attn_scale": 0.1, "attention_bias": false,
      "rope_theta": 500000.0, "tie_word_embeddings": false},
      "mamba": {"vocab_size": 50280, "hidden_size": 768, "state_size": 16, "num_hidden_layers": 32,
      "layer_norm_epsilon": 1e-05, "expand": 2, "conv_kernel": 4, "use_bias": false, "use_conv_bias": true,
      "hidden_act": "silu", "residual_in_fp32": true, "time_step_rank": "auto", "time_step_scale": 1.0,
      "time_step_min": 0.001, "time_step_max": 0.1, "time_step_floor": 0.0001, "tie_word_embeddings": true},
      "mamba2": {"num_heads": 128, "head_dim": 64, "vocab_size": 32768, "hidden_size": 4096, "state_size":
      128, "num_hidden_layers": 64, "layer_norm_epsilon": 1e-05, "expand": 2, "conv_kernel": 4, "n_groups":
      8, "use_bias": false, "use_conv_bias": true, "hidden_act": "silu", "residual_in_fp32": true,
      "time_step_rank": "auto", "time_step_min": 0.001, "time_step_max": 0.1, "time_step_floor": 0.0001,
      "chunk_size": 256, "tie_word_embeddings": false},
      "minicpm3": {"vocab_size": 73448, "hidden_size": 2560, "intermediate_size": 6400, "num_hidden_layers":
      62, "num_attention_heads": 40, "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps":
      1e-05, "attention_bias": false, "mlp_bias": false, "kv_lora_rank": 256, "q_lora_rank": 768,
      "qk_nope_head_dim": 64, "qk_rope_head_dim": 32, "scale_emb": 12, "scale_depth": 1.4, "dim_model_base":
      256, "tie_word_embeddings": true},
      "minimax_m2": {"vocab_size": 200064, "hidden_size": 3072, "intermediate_size": 1536,
      "num_hidden_layers": 62, "num_attention_heads": 48, "num_key_value_heads": 8, "head_dim": 128,
      "hidden_act": "silu", "max_position_embeddings": 196608, "rms_norm_eps": 1e-06, "num_experts_per_tok":
      8, "num_local_experts": 256, "rope_theta": 5000000.0, "tie_word_embeddings": false},
      "ministral": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-06, "sliding_window": 4096,
      "tie_word_embeddings": false},
      "ministral3": {"vocab_size": 131072, "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 34, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
      "hidden_act": "silu", "max_position_embeddings": 262144, "rms_norm_eps": 1e-05, "tie_word_embeddings":
      false},
      "mistral": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers":
      32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-06, "sliding_window": 4096,
      "tie_word_embeddings": false},
      "mixtral": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers":
      32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "num_experts_per_tok": 2,
      "num_local_experts": 8, "rope_theta": 1000000.0, "tie_word_embeddings": false},
      "mpt": {"d_model": 2048, "n_heads": 16, "n_layers": 24, "expansion_ratio": 4, "max_seq_len": 2048,
      "vocab_size": 50368, "resid_pdrop": 0.0, "layer_norm_epsilon": 1e-05, "emb_pdrop": 0.0,
      "learned_pos_emb": true, "init_device": "cpu", "no_bias": true, "embedding_fraction": 1.0,
      "norm_type": "low_precision_layernorm", "tie_word_embeddings": true},
      "nemotron": {"vocab_size": 256000, "hidden_size": 6144, "intermediate_size": 24576,
      "num_hidden_layers": 32, "num_attention_heads": 48, "hidden_act": "relu2", "max_position_embeddings":
      4096, "norm_eps": 1e-05, "attention_bias": false, "mlp_bias": false, "tie_word_embeddings": false},
      "nemotron_h": {"vocab_size": 131072, "hidden_size": 4096, "num_logits_to_keep": 1,
      "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "max_position_embeddings": 4096,
      "attention_bias": false, "intermediate_size": 21504, "mlp_hidden_act": "relu2", "mlp_bias": false,
      "use_mamba_kernels": true, "ssm_state_size": 128, "mamba_num_heads": 128, "mamba_head_dim": 64,
      "mamba_hidden_act": "silu", "n_groups": 8, "conv_kernel": 4, "expand": 2, "time_step_min": 0.001,
      "time_step_max": 0.1, "time_step_floor": 0.0001, "use_conv_bias": true, "chunk_size": 128,
      "mamba_proj_bias": false, "mamba_ssm_cache_dtype": "float32", "n_routed_experts": 8,
      "n_shared_experts": 1, "moe_intermediate_size": 7688, "moe_shared_expert_intermediate_size": 7688,
      "moe_shared_expert_overlap": true, "num_experts_per_tok": 2, "routed_scaling_factor": 1.0, "n_group":
      1, "topk_group": 1, "norm_topk_prob": true, "num_nextn_predict_layers": 0, "use_bias": false,
      "layer_norm_epsilon": 1e-05, "residual_in_fp32": false, "tie_word_embeddings": false},
      "olmo": {"vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 2048,
      "attention_bias": false, "tie_word_embeddings": false},
      "olmo2": {"vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 2048,
      "attention_bias": false, "rms_norm_eps": 1e-05, "tie_word_embeddings": false},
      "olmo3": {"vocab_size": 50304, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 2048,
      "attention_bias": false, "rms_norm_eps": 1e-05, "sliding_window": 4096, "rope_theta": 500000.0,
      "tie_word_embeddings": false},
      "olmoe": {"vocab_size": 50304, "hidden_size": 2048, "intermediate_size": 2048, "num_hidden_layers":
      16, "num_attention_heads": 16, "hidden_act": "silu", "max_position_embeddings": 4096, "rms_norm_eps":
      1e-05, "attention_bias": false, "num_experts_per_tok": 8, "num_experts": 64, "norm_topk_prob": false,
      "tie_word_embeddings": false},
      "opt": {"vocab_size": 50272, "hidden_size": 768, "num_hidden_layers": 12, "ffn_dim": 3072,
      "max_position_embeddings": 2048, "do_layer_norm_before": true, "num_attention_heads": 12,
      "activation_function": "relu", "enable_bias": true, "layer_norm_elementwise_affine": true,
      "tie_word_embeddings": true},
      "persimmon": {"vocab_size": 262144, "hidden_size": 4096, "intermediate_size": 16384,
      "num_hidden_layers": 36, "num_attention_heads": 64, "hidden_act": "relu2", "max_position_embeddings":
      16384, "layer_norm_eps": 1e-05, "qk_layernorm": true, "tie_word_embeddings": false},
      "phi": {"vocab_size": 51200, "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 24,
      "num_attention_heads": 32, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "hidden_act": "gelu_new",
      "max_position_embeddings": 2048, "layer_norm_eps": 1e-05, "qk_layernorm": false,
      "tie_word_embeddings": false},
      "phi3": {"vocab_size": 32064, "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 32,
      "num_attention_heads": 32, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "hidden_act": "silu",
      "max_position_embeddings": 4096, "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-05,
      "tie_word_embeddings": false},
      "phimoe": {"vocab_size": 32064, "hidden_size": 4096, "intermediate_size": 6400, "num_hidden_layers":
      32, "num_attention_heads": 32, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "num_experts_per_tok": 2,
      "num_local_experts": 16, "attention_bias": false, "lm_head_bias": false, "rope_theta": 1000000.0,
      "tie_word_embeddings": false},
      "qwen2": {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps":
      1e-06, "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28,
      "tie_word_embeddings": false},
      "qwen2_5_vl_text": {"vocab_size": 152064, "hidden_size": 8192, "intermediate_size": 29568,
      "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-05, "use_sliding_window": false,
      "sliding_window": 4096, "max_window_layers": 80, "rope_theta": 1000000.0, "tie_word_embeddings":
      false},
      "qwen2_moe": {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 5632,
      "num_hidden_layers": 24, "num_attention_heads": 16, "hidden_act": "silu", "max_position_embeddings":
      32768, "rms_norm_eps": 1e-06, "use_sliding_window": false, "sliding_window": 4096,
      "max_window_layers": 28, "decoder_sparse_step": 1, "moe_intermediate_size": 1408,
      "shared_expert_intermediate_size": 5632, "num_experts_per_tok": 4, "num_experts": 60,
      "norm_topk_prob": false, "qkv_bias": true, "tie_word_embeddings": false},
      "qwen2_vl_text": {"vocab_size": 152064, "hidden_size": 8192, "intermediate_size": 29568,
      "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-05, "use_sliding_window": false,
      "sliding_window": 4096, "max_window_layers": 80, "rope_theta": 1000000.0, "tie_word_embeddings":
      false},
      "qwen3": {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers":
      32, "num_attention_heads": 32, "head_dim": 128, "hidden_act": "silu", "max_position_embeddings":
      32768, "rms_norm_eps": 1e-06, "attention_bias": false, "use_sliding_window": false, "sliding_window":
      4096, "max_window_layers": 28, "tie_word_embeddings": false},
      "qwen3_5_moe_text": {"vocab_size": 248320, "hidden_size": 2048, "num_hidden_layers": 40,
      "num_attention_heads": 16, "num_key_value_heads": 2, "hidden_act": "silu", "max_position_embeddings":
      32768, "rms_norm_eps": 1e-06, "attention_bias": false, "head_dim": 256, "linear_conv_kernel_dim": 4,
      "linear_key_head_dim": 128, "linear_value_head_dim": 128, "linear_num_key_heads": 16,
      "linear_num_value_heads": 32, "moe_intermediate_size": 512, "shared_expert_intermediate_size": 512,
      "num_experts_per_tok": 8, "num_experts": 256, "tie_word_embeddings": false},
      "qwen3_5_text": {"vocab_size": 248320, "hidden_size": 4096, "intermediate_size": 12288,
      "num_hidden_layers": 32, "num_attention_heads": 16, "num_key_value_heads": 4, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-06, "attention_bias": false, "head_dim": 256,
      "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
      "linear_num_key_heads": 16, "linear_num_value_heads": 32, "tie_word_embeddings": false},
      "qwen3_moe": {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 6144,
      "num_hidden_layers": 24, "num_attention_heads": 32, "num_key_value_heads": 4, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-06, "attention_bias": false,
      "use_sliding_window": false, "sliding_window": 4096, "decoder_sparse_step": 1,
      "moe_intermediate_size": 768, "num_experts_per_tok": 8, "num_experts": 128, "norm_topk_prob": false,
      "tie_word_embeddings": false},
      "qwen3_next": {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 5632,
      "num_hidden_layers": 48, "num_attention_heads": 16, "num_key_value_heads": 2, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-06, "attention_bias": false, "head_dim": 256,
      "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
      "linear_num_key_heads": 16, "linear_num_value_heads": 32, "decoder_sparse_step": 1,
      "moe_intermediate_size": 512, "shared_expert_intermediate_size": 512, "num_experts_per_tok": 10,
      "num_experts": 512, "norm_topk_prob": true, "tie_word_embeddings": false},
      "qwen3_vl_moe_text": {"vocab_size": 151936, "hidden_size": 2048, "intermediate_size": 5632,
      "num_hidden_layers": 24, "num_attention_heads": 16, "hidden_act": "silu", "max_position_embeddings":
      128000, "rms_norm_eps": 1e-06, "attention_bias": false, "decoder_sparse_step": 1,
      "moe_intermediate_size": 1408, "num_experts_per_tok": 4, "num_experts": 60, "rope_theta": 500000.0,
      "tie_word_embeddings": true},
      "qwen3_vl_text": {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016,
      "num_hidden_layers": 32, "num_attention_heads": 32, "head_dim": 128, "hidden_act": "silu",
      "max_position_embeddings": 128000, "rms_norm_eps": 1e-06, "attention_bias": false, "rope_theta":
      500000.0, "tie_word_embeddings": false},
      "seed_oss": {"vocab_size": 155136, "hidden_size": 4096, "intermediate_size": 27648,
      "num_hidden_layers": 64, "num_attention_heads": 80, "num_key_value_heads": 8, "hidden_act": "silu",
      "max_position_embeddings": 524288, "rms_norm_eps": 1e-06, "attention_bias": true,
      "attention_out_bias": false, "mlp_bias": false, "head_dim": 128, "tie_word_embeddings": false},
      "smollm3": {"vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 11008,
      "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 4, "hidden_act": "silu",
      "max_position_embeddings": 32768, "rms_norm_eps": 1e-06, "use_sliding_window": false,
      "no_rope_layer_interval": 4, "attention_bias": false, "mlp_bias": false, "rope_theta": 2000000.0,
      "tie_word_embeddings": true},
      "stablelm": {"vocab_size": 50304, "intermediate_size": 6912, "hidden_size": 2560, "num_hidden_layers":
      32, "num_attention_heads": 32, "hidden_act": "silu", "max_position_embeddings": 4096,
      "layer_norm_eps": 1e-05, "use_qkv_bias": false, "qk_layernorm": false, "use_parallel_residual": false,
      "tie_word_embeddings": false},
      "starcoder2": {"vocab_size": 49152, "hidden_size": 3072, "intermediate_size": 12288,
      "num_hidden_layers": 30, "num_attention_heads": 24, "num_key_value_heads": 2, "hidden_act":
      "gelu_pytorch_tanh", "max_position_embeddings": 4096, "norm_epsilon": 1e-05, "use_bias": true,
      "tie_word_embeddings": true},
      "xglm": {"vocab_size": 256008, "max_position_embeddings": 2048, "d_model": 1024, "ffn_dim": 4096,
      "num_layers": 24, "attention_heads": 16, "activation_function": "gelu", "scale_embedding": true,
      "tie_word_embeddings": true},
      "zamba2": {"vocab_size": 32000, "max_position_embeddings": 4096, "hidden_size": 2560,
      "num_hidden_layers": 54, "mamba_d_state": 64, "mamba_d_conv": 4, "mamba_expand": 2, "mamba_ngroups":
      1, "time_step_min": 0.001, "time_step_max": 0.1, "time_step_floor": 0.0001, "n_mamba_heads": 8,
      "use_mamba_kernels": true, "use_conv_bias": true, "chunk_size": 256, "use_mem_eff_path": false,
      "add_bias_linear": false, "hidden_act": "gelu", "num_attention_heads": 32, "num_mem_blocks": 1,
      "use_shared_attention_adapter": false, "adapter_rank": 128, "use_mem_rope": false, "rms_norm_eps":
      1e-05, "num_logits_to_keep": 1, "use_long_context": false, "tie_word_embeddings": true}
    }
    """
}
