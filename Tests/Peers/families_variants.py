"""Tiny models of every family in other sizes and with other options than those of Tests/Fixtures/tiny, and whole multimodal
checkpoints, with what transformers 5.24 computes for them: what an unseen model of a family would show.

usage: families_variants.py OUT SEED [NAME...]      (transformers==5.24.0 torch pillow; the layout is that of tiny_models.py)
"""
import os, shutil, sys, torch
import transformers
from pathlib import Path
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

sys.path.insert(0, str(Path(__file__).parent.parent / "Fixtures/tiny"))
from tiny_hybrids import randomize
from tiny_models2 import B, F, H, layers

def base(h=80, L=3, heads=5, kv=5, inter=112, V=288, **kw):
    d = dict(hidden_size=h, num_hidden_layers=L, num_attention_heads=heads, num_key_value_heads=kv, intermediate_size=inter,
             vocab_size=V, max_position_embeddings=512, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    d.update(kw); return d
def lin(**kw): return dict(dict(linear_conv_kernel_dim=4, linear_key_head_dim=8, linear_value_head_dim=16, linear_num_key_heads=1, linear_num_value_heads=4), **kw)
def rope(t="default", theta=10000.0, **kw): return dict(rope_parameters=dict(rope_type=t, rope_theta=theta, **kw))
def mla(**kw): return dict(dict(kv_lora_rank=24, q_lora_rank=40, qk_rope_head_dim=8, qk_nope_head_dim=24, v_head_dim=20), **kw)
def dsmoe(**kw): return dict(dict(moe_intermediate_size=24, n_routed_experts=6, n_shared_experts=1, num_experts_per_tok=2, first_k_dense_replace=1), **kw)
def mam(**kw): return dict(dict(mamba_n_heads=10, mamba_d_head=16, mamba_d_state=12, mamba_n_groups=2, mamba_d_conv=4, mamba_expand=2, mamba_chunk_size=4), **kw)
E = dict(vocab_size=288, bos_token_id=1, eos_token_id=2, pad_token_id=0)
YARN = dict(original_max_position_embeddings=64, factor=8.0)
L3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)
M = {
 # qwen3.5 / next
 "qwen3_5-a": ("qwen3_5_text", base(L=6, kv=1, head_dim=24, layer_types=layers("fllfll"), partial_rotary_factor=0.5, **lin()), B),
 "qwen3_5-b": ("qwen3_5_text", base(h=96, L=2, heads=8, kv=4, head_dim=16, layer_types=layers("lf"), tie_word_embeddings=True, **lin(linear_num_key_heads=4, linear_num_value_heads=8, linear_key_head_dim=24, linear_value_head_dim=8, linear_conv_kernel_dim=2)), B),
 "qwen3_5-c": ("qwen3_5_text", base(L=8, head_dim=32, full_attention_interval=4, **lin(linear_num_key_heads=2, linear_num_value_heads=2, linear_key_head_dim=16)), F),
 "qwen3_5-moe-a": ("qwen3_5_moe_text", base(L=4, heads=4, kv=1, head_dim=20, num_experts=8, num_experts_per_tok=4, moe_intermediate_size=24, shared_expert_intermediate_size=40, tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=1e6, partial_rotary_factor=0.4, mrope_section=[2,1,1], mrope_interleaved=True), **lin()), B),
 "qwen3-next-a": ("qwen3_next", base(L=4, heads=4, kv=1, head_dim=32, num_experts=8, num_experts_per_tok=3, moe_intermediate_size=24, shared_expert_intermediate_size=40, decoder_sparse_step=2, attention_bias=True, **lin(linear_num_key_heads=2, linear_num_value_heads=4)), B),
 "qwen3-next-b": ("qwen3_next", base(L=5, heads=6, kv=3, head_dim=16, num_experts=5, num_experts_per_tok=1, moe_intermediate_size=16, shared_expert_intermediate_size=16, full_attention_interval=2, norm_topk_prob=True, **lin(linear_num_key_heads=2, linear_num_value_heads=6)), B),
 # gemma3n / 4
 "gemma3n-a": ("gemma3n_text", base(h=96, L=6, heads=4, kv=1, inter=[96]*6, head_dim=16, layer_types=layers("ssfssf"), sliding_window=7, vocab_size_per_layer_input=288, hidden_size_per_layer_input=12, num_kv_shared_layers=3, laurel_rank=4, altup_num_inputs=4, altup_active_idx=1, activation_sparsity_pattern=[0.95,0.95,0.,0.,0.,0.]), B),
 "gemma3n-b": ("gemma3n_text", base(h=64, L=3, heads=4, kv=4, inter=[80]*3, head_dim=20, layer_types=layers("sfs"), sliding_window=4, vocab_size_per_layer_input=200, hidden_size_per_layer_input=8, num_kv_shared_layers=0, laurel_rank=8, altup_num_inputs=2, activation_sparsity_pattern=[0.]*3), B),
 "gemma4-a": ("gemma4_text", base(L=6, heads=4, kv=2, head_dim=16, global_head_dim=32, layer_types=layers("sfssff"), sliding_window=6, vocab_size_per_layer_input=288, hidden_size_per_layer_input=12, num_kv_shared_layers=2, final_logit_softcapping=30.0), B),
 "gemma4-b": ("gemma4_text", base(L=3, heads=5, kv=1, head_dim=24, global_head_dim=48, layer_types=layers("sff"), sliding_window=9, hidden_size_per_layer_input=0, attention_k_eq_v=True, num_global_key_value_heads=1, tie_word_embeddings=False), B),
 "gemma4-moe": ("gemma4_text", base(L=4, heads=4, kv=4, head_dim=16, global_head_dim=32, layer_types=layers("ssff"), sliding_window=6, hidden_size_per_layer_input=8, vocab_size_per_layer_input=288, enable_moe_block=True, num_experts=4, top_k_experts=2, moe_intermediate_size=24), B),
 "gemma4-default": ("gemma4_text", base(L=7, heads=4, kv=2, head_dim=16, global_head_dim=32, sliding_window=6, hidden_size_per_layer_input=8, vocab_size_per_layer_input=288, num_kv_shared_layers=1), B),
 # gpt-oss
 "gpt-oss-a": ("gpt_oss", base(h=96, L=4, heads=8, kv=2, inter=48, head_dim=16, num_local_experts=8, num_experts_per_tok=4, sliding_window=6), B),
 "gpt-oss-b": ("gpt_oss", base(h=64, L=3, heads=4, kv=4, inter=64, head_dim=24, num_local_experts=3, num_experts_per_tok=1, sliding_window=64, attention_bias=False, tie_word_embeddings=True, **rope("yarn", 150000.0, factor=4.0, beta_fast=32.0, beta_slow=1.0, truncate=False, original_max_position_embeddings=32)), B),
 # lfm2
 "lfm2-a": ("lfm2", base(L=5, heads=5, kv=1, layer_types=layers("fccfc"), block_ffn_dim_multiplier=1.5, block_multiple_of=8, conv_L_cache=2), B),
 "lfm2-b": ("lfm2", base(h=96, L=3, heads=6, kv=3, full_attn_idxs=[1], block_auto_adjust_ff_dim=True, block_multiple_of=32, conv_bias=True, tie_word_embeddings=True), F),
 "lfm2-moe-a": ("lfm2_moe", base(L=3, heads=5, kv=1, layer_types=layers("cfc"), num_dense_layers=0, num_experts=8, num_experts_per_tok=4, moe_intermediate_size=24, use_expert_bias=False, conv_bias=True, conv_L_cache=5), B),
 # granite hybrid
 "granite-hybrid-a": ("granitemoehybrid", base(L=4, kv=1, layer_types=layers("amma"), num_local_experts=6, num_experts_per_tok=2, shared_intermediate_size=32, embedding_multiplier=6.0, logits_scaling=3.0, residual_multiplier=0.5, attention_multiplier=0.1, tie_word_embeddings=True, **mam()) , B),
 "granite-hybrid-b": ("granitemoehybrid", base(h=64, L=2, heads=4, kv=4, layer_types=layers("mm"), num_local_experts=0, num_experts_per_tok=0, shared_intermediate_size=80, position_embedding_type="nope", **mam(mamba_n_heads=4, mamba_d_head=32, mamba_n_groups=4)), B),
 "granite-hybrid-c": ("granitemoehybrid", base(L=3, layer_types=layers("aaa"), num_local_experts=4, num_experts_per_tok=3, shared_intermediate_size=48, position_embedding_type="rope", **rope(theta=1000.0), **mam()), B),
 "granitemoe-a": ("granitemoe", base(kv=1, num_local_experts=5, num_experts_per_tok=2, attention_bias=True, embedding_multiplier=2.0, tie_word_embeddings=True), B),
 "granitemoeshared-a": ("granitemoeshared", base(heads=4, kv=1, num_local_experts=8, num_experts_per_tok=4, shared_intermediate_size=24, **rope("linear", factor=2.0)), B),
 "granite-a": ("granite", base(kv=1, attention_bias=True, mlp_bias=True, embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22, attention_multiplier=0.0625, **rope("yarn", **YARN)), B),
 # deepseek
 "deepseek-v2-a": ("deepseek_v2", base(L=4, heads=5, kv=5, topk_method="greedy", n_group=1, topk_group=1, head_dim=8, **mla(), **dsmoe(first_k_dense_replace=2, n_shared_experts=3, num_experts_per_tok=3, routed_scaling_factor=16.0)), B),
 "deepseek-v2-b": ("deepseek_v2", base(L=2, heads=4, kv=4, topk_method="group_limited_greedy", n_group=3, topk_group=1, head_dim=16, attention_bias=True, tie_word_embeddings=True, **mla(qk_rope_head_dim=16, q_lora_rank=None, v_head_dim=32, qk_nope_head_dim=16), **dsmoe(first_k_dense_replace=0)), B),
 "deepseek-v2-c": ("deepseek_v2", base(L=2, heads=4, kv=4, topk_method="greedy", n_group=None, topk_group=None, head_dim=16, **mla(qk_rope_head_dim=16), **dsmoe(), **rope("yarn", mscale=0.707, mscale_all_dim=0.707, beta_fast=32, beta_slow=1, **YARN)), B),
 "deepseek-v3-a": ("deepseek_v3", base(L=4, heads=5, kv=5, n_group=3, topk_group=2, **mla(), **dsmoe(first_k_dense_replace=3, n_routed_experts=9, num_experts_per_tok=4)), B),
 "deepseek-v3-b": ("deepseek_v3", base(L=2, heads=4, kv=4, n_group=1, topk_group=1, **mla(q_lora_rank=None, v_head_dim=32, qk_nope_head_dim=32, qk_rope_head_dim=16), **dsmoe(n_shared_experts=2), **rope("yarn", mscale=1.0, mscale_all_dim=1.0, beta_fast=32, beta_slow=1, **YARN)), B),
 "deepseek-v3-c": ("deepseek_v3", base(L=3, heads=6, kv=6, n_group=2, topk_group=2, attention_bias=True, rope_interleave=False, routed_scaling_factor=1.0, tie_word_embeddings=True, **mla(), **dsmoe(norm_topk_prob=False)), B),
 "glm4-moe-a": ("glm4_moe", base(L=4, heads=5, kv=1, head_dim=24, use_qk_norm=True, attention_bias=True, n_group=2, topk_group=1, **dsmoe(first_k_dense_replace=2, num_experts_per_tok=2, routed_scaling_factor=2.5), **rope(theta=1e6, partial_rotary_factor=0.5)), B),
 "glm4-moe-b": ("glm4_moe", base(L=2, heads=8, kv=2, head_dim=16, use_qk_norm=False, n_group=1, topk_group=1, tie_word_embeddings=True, **dsmoe(n_shared_experts=2), **rope(partial_rotary_factor=0.25)), B),
 "glm4-moe-lite-a": ("glm4_moe_lite", base(L=2, heads=5, kv=5, n_group=2, topk_group=1, mlp_layer_types=["sparse","dense"], **mla(q_lora_rank=None), **dsmoe(norm_topk_prob=False)), B),
 "glm4-moe-lite-b": ("glm4_moe_lite", base(L=3, heads=4, kv=4, n_group=1, topk_group=1, rope_interleave=False, attention_bias=True, routed_scaling_factor=0.7, **mla(qk_rope_head_dim=16), **dsmoe(n_shared_experts=2)), B),
 # mistral
 "ministral3-a": ("ministral3", base(heads=8, kv=1, head_dim=12, tie_word_embeddings=True, rope_parameters=dict(rope_type="yarn", type="yarn", rope_theta=1e6, factor=16.0, original_max_position_embeddings=8, max_position_embeddings=128, beta_fast=4.0, beta_slow=1.0, mscale=1.0, mscale_all_dim=0.0, llama_4_scaling_beta=0.2)), B),
 "ministral3-b": ("ministral3", base(heads=5, kv=5, rope_parameters=dict(rope_type="yarn", type="yarn", rope_theta=1e4, factor=2.0, original_max_position_embeddings=256, max_position_embeddings=512, beta_fast=32.0, beta_slow=1.0, mscale=1.0, mscale_all_dim=1.0, llama_4_scaling_beta=0.1)), B),
 "ministral-a": ("ministral", base(L=5, heads=8, kv=2, head_dim=12, layer_types=layers("sssfs"), sliding_window=5, tie_word_embeddings=True), B),
 "mistral-a": ("mistral", base(kv=1, head_dim=20, sliding_window=None, tie_word_embeddings=True), H),
 "mistral-b": ("mistral", base(sliding_window=3), B),
 "mixtral-a": ("mixtral", base(kv=1, num_local_experts=5, num_experts_per_tok=3, sliding_window=6), B),
 # cohere2
 "cohere2-a": ("cohere2", base(h=96, L=5, heads=8, kv=1, head_dim=12, layer_types=layers("ssssf"), sliding_window=7, logit_scale=0.0625), B),
 "cohere2-b": ("cohere2", base(L=8, sliding_window=5, attention_bias=False, tie_word_embeddings=False), B),
 "cohere-a": ("cohere", base(use_qk_norm=True, attention_bias=True, logit_scale=0.5), B),
 # olmo
 "olmo3-a": ("olmo3", base(L=5, kv=1, sliding_window=5, attention_bias=True, tie_word_embeddings=True), B),
 "olmo3-b": ("olmo3", base(L=2, heads=8, kv=2, head_dim=10, sliding_window=100, **rope("yarn", 500000.0, beta_fast=32, beta_slow=1, attention_factor=1.2, **YARN)), B),
 "olmo2-a": ("olmo2", base(kv=1, attention_bias=True, tie_word_embeddings=True), B),
 "olmo-a": ("olmo", base(kv=1, clip_qkv=0.7, attention_bias=True), B),
 "olmoe-a": ("olmoe", base(kv=1, num_experts=6, num_experts_per_tok=2, attention_bias=True, tie_word_embeddings=True), B),
 # phimoe
 "phimoe-a": ("phimoe", base(kv=1, num_local_experts=8, num_experts_per_tok=2, sliding_window=8, attention_bias=True, lm_head_bias=True, input_jitter_noise=0.1, router_jitter_noise=0.01), B),
 "phimoe-b": ("phimoe", base(h=96, heads=6, kv=6, num_local_experts=2, num_experts_per_tok=2, sliding_window=None, tie_word_embeddings=True), B),
 # minicpm3
 "minicpm3-a": ("minicpm3", base(L=4, heads=5, kv=5, scale_emb=12, scale_depth=1.4, dim_model_base=20, **mla()), B),
 "minicpm3-b": ("minicpm3", base(L=2, heads=4, kv=4, attention_bias=True, **mla(qk_rope_head_dim=8), **rope("longrope", short_factor=[1.,1.1,1.2,1.3], long_factor=[1.,2.,3.,4.], original_max_position_embeddings=512)), B),
 # exaone
 "exaone4-a": ("exaone4", base(L=5, kv=1, layer_types=layers("sssfs"), sliding_window=6, tie_word_embeddings=True), B),
 "exaone4-b": ("exaone4", base(L=3, heads=4, kv=2, head_dim=12, sliding_window=None, layer_types=layers("fff"), **rope("llama3", 1e6, **L3)), B),
 "exaone4-c": ("exaone4", base(L=8, sliding_window=5, sliding_window_pattern=4), B),
 "exaone-a": ("exaone", dict(hidden_size=80, num_layers=3, num_attention_heads=5, num_key_value_heads=1, intermediate_size=96, max_position_embeddings=512, tie_word_embeddings=True, **E, **rope("llama3", 1e6, **L3)), B),
 # seed etc
 "seed-oss-a": ("seed_oss", base(heads=8, kv=1, head_dim=20, attention_bias=True, attention_out_bias=False, mlp_bias=True, **rope(theta=1e7)), B),
 "apertus-a": ("apertus", base(L=2, heads=8, kv=2, head_dim=12, tie_word_embeddings=True, **rope("llama3", 12e6, **L3)), B),
 "apertus-b": ("apertus", base(mlp_bias=True, **rope()), B),
 "arcee-a": ("arcee", base(kv=1, attention_bias=True, mlp_bias=True, head_dim=24, tie_word_embeddings=True, **rope("yarn", **YARN)), B),
 "hunyuan-moe-a": ("hunyuan_v1_moe", base(heads=4, kv=1, head_dim=24, num_experts=6, moe_topk=3, num_shared_expert=1, moe_intermediate_size=40, tie_word_embeddings=True, attention_bias=True), B),
 "hunyuan-a": ("hunyuan_v1_dense", base(heads=4, kv=1, head_dim=24, tie_word_embeddings=True, attention_bias=True, **rope("dynamic", alpha=100.0, factor=1.0)), B),
 "ernie-moe-a": ("ernie4_5_moe", base(L=4, kv=1, moe_num_experts=8, moe_k=2, moe_intermediate_size=24, moe_num_shared_experts=0, moe_layer_start_index=0, moe_layer_end_index=3, moe_layer_interval=1, tie_word_embeddings=True), B),
 "ernie-moe-b": ("ernie4_5_moe", base(L=5, heads=4, kv=4, head_dim=16, moe_num_experts=5, moe_k=2, moe_intermediate_size=24, moe_num_shared_experts=1, moe_layer_start_index=2, moe_layer_interval=2), B),
 "ernie-a": ("ernie4_5", base(kv=1, head_dim=24, use_bias=True, tie_word_embeddings=False), B),
 # falcon h1
 "falcon-h1-a": ("falcon_h1", base(L=3, kv=1, head_dim=24, mamba_d_ssm=160, attention_in_multiplier=0.8, ssm_in_multiplier=1.3, mlp_multipliers=[0.9, 1.1], ssm_multipliers=[1.1, 0.9, 1.2, 0.8, 1.0], lm_head_multiplier=0.7, embedding_multiplier=1.5, key_multiplier=0.9, mamba_rms_norm=False, tie_word_embeddings=True, **mam()), B),
 "falcon-h1-b": ("falcon_h1", base(h=64, L=2, heads=4, kv=2, mamba_d_ssm=96, mamba_rms_norm=True, mamba_norm_before_gate=False, mamba_conv_bias=False, **mam(mamba_n_heads=3, mamba_d_head=32, mamba_n_groups=1, mamba_d_conv=2), **rope(theta=1e11)), B),
 "nemotron-h-a": ("nemotron_h", base(L=5, kv=1, hybrid_override_pattern="*M-M*", layers_block_type=None, mamba_num_heads=10, mamba_head_dim=8, ssm_state_size=12, n_groups=5, conv_kernel=3, chunk_size=4, head_dim=24, attention_bias=True, tie_word_embeddings=True, use_bias=False), B),
 "nemotron-h-b": ("nemotron_h", base(L=5, hybrid_override_pattern="MEM*E", layers_block_type=None, mamba_num_heads=4, mamba_head_dim=40, ssm_state_size=16, n_groups=2, conv_kernel=4, chunk_size=16, head_dim=16, n_routed_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, moe_shared_expert_intermediate_size=32, n_shared_experts=2), B),
 "mamba2-a": ("mamba2", dict(hidden_size=80, num_hidden_layers=2, num_heads=5, head_dim=32, state_size=12, n_groups=1, expand=2, conv_kernel=4, chunk_size=16, norm_before_gate=True, rms_norm=True, **E), B),
 "mamba2-b": ("mamba2", dict(hidden_size=64, num_hidden_layers=3, num_heads=16, head_dim=8, state_size=16, n_groups=8, expand=2, chunk_size=4, use_bias=False, tie_word_embeddings=True, residual_in_fp32=False, **E), F),
 "mamba-a": ("mamba", dict(hidden_size=80, num_hidden_layers=3, state_size=16, expand=1, conv_kernel=4, time_step_rank=3, **E), B),
 "mamba-b": ("mamba", dict(hidden_size=48, num_hidden_layers=2, state_size=4, expand=2, use_bias=True, tie_word_embeddings=True, hidden_act="silu", **E), F),
 "falcon-mamba-a": ("falcon_mamba", dict(hidden_size=80, num_hidden_layers=3, state_size=16, expand=2, time_step_rank=7, use_bias=True, mixer_rms_eps=1e-5, **E), B),
 "bamba-a": ("bamba", base(L=4, kv=1, attn_layer_indices=[0, 2], attention_bias=True, mlp_bias=True, mamba_conv_bias=False, mamba_proj_bias=True, tie_word_embeddings=True, **rope(partial_rotary_factor=0.5), **mam()), B),
 "jamba-a": ("jamba", base(L=5, kv=1, attn_layer_period=2, attn_layer_offset=0, expert_layer_period=2, expert_layer_offset=0, num_experts=1, num_experts_per_tok=1, mamba_d_state=8, mamba_d_conv=4, mamba_dt_rank=6, mamba_conv_bias=False, mamba_proj_bias=True, use_mamba_kernels=False, tie_word_embeddings=True), B),
 "nemotron-a": ("nemotron", base(kv=1, head_dim=24, partial_rotary_factor=0.25, tie_word_embeddings=True), B),
 "internlm3-a": ("internlm3", base(kv=1, head_dim=24, qkv_bias=True, bias=True, **rope("dynamic", factor=6.0)), B),
 "bitnet-a": ("bitnet", base(kv=1, tie_word_embeddings=True, **rope(theta=500000.)), B),
 "llama4-a": ("llama4_text", base(L=5, heads=5, kv=1, inter=48, intermediate_size_mlp=64, head_dim=24, num_local_experts=8, num_experts_per_tok=1, interleave_moe_layer_step=1, attention_chunk_size=6, attn_temperature_tuning=True, floor_scale=8192, **rope("llama3", 5e5, **L3)), B),
 "llama4-b": ("llama4_text", base(L=4, heads=4, kv=4, inter=48, intermediate_size_mlp=64, head_dim=16, num_local_experts=4, num_experts_per_tok=1, interleave_moe_layer_step=2, attention_chunk_size=64, attn_temperature_tuning=False, use_qk_norm=False, attention_bias=True), B),
 "minimax-m2-a": ("minimax_m2", base(heads=8, kv=2, head_dim=24, num_local_experts=6, num_experts_per_tok=3, rotary_dim=12, attention_bias=False), B),
 "minimax-m2-b": ("minimax_m2", base(heads=5, kv=1, head_dim=16, num_local_experts=4, num_experts_per_tok=2, tie_word_embeddings=True, **rope(theta=5e6, partial_rotary_factor=1.0)), B),
 # older
 "falcon-a": ("falcon", dict(hidden_size=80, num_hidden_layers=3, num_attention_heads=10, num_kv_heads=5, new_decoder_architecture=True, bias=True, parallel_attn=True, alibi=False, max_position_embeddings=512, **E, **rope(theta=5e4)), B),
 "falcon-b": ("falcon", dict(hidden_size=80, num_hidden_layers=3, num_attention_heads=5, multi_query=True, new_decoder_architecture=False, bias=True, parallel_attn=False, alibi=False, max_position_embeddings=512, **E), B),
 "falcon-c": ("falcon", dict(hidden_size=80, num_hidden_layers=2, num_attention_heads=5, multi_query=False, new_decoder_architecture=False, bias=False, parallel_attn=True, alibi=False, tie_word_embeddings=False, **E), B),
 "opt-a": ("opt", dict(hidden_size=80, num_hidden_layers=3, num_attention_heads=5, ffn_dim=96, vocab_size=288, max_position_embeddings=128, word_embed_proj_dim=80, activation_function="relu", tie_word_embeddings=False, bos_token_id=1, eos_token_id=2, pad_token_id=0), H),
 "bloom-a": ("bloom", dict(hidden_size=80, n_layer=3, n_head=5, apply_residual_connection_post_layernorm=True, tie_word_embeddings=False, **E), B),
 "mpt-a": ("mpt", dict(d_model=80, n_layers=3, n_heads=5, max_seq_len=128, expansion_ratio=2, no_bias=True, attn_config=dict(alibi_bias_max=16), **E), B),
 "gptj-a": ("gptj", dict(n_embd=80, n_layer=3, n_head=5, rotary_dim=16, n_inner=96, n_positions=128, tie_word_embeddings=True, **E), H),
 "gptj-b": ("gptj", dict(n_embd=64, n_layer=2, n_head=4, rotary_dim=12, n_positions=128, **E), F),
 "codegen-a": ("codegen", dict(n_embd=96, n_layer=3, n_head=4, rotary_dim=8, n_inner=80, n_positions=128, **E), H),
 "bigcode-a": ("gpt_bigcode", dict(n_embd=80, n_layer=3, n_head=5, n_inner=96, n_positions=128, multi_query=True, activation_function="gelu", scale_attn_weights=False, **E), H),
 "gpt-neo-a": ("gpt_neo", dict(hidden_size=80, num_layers=4, attention_types=[[["local", "global"], 2]], num_heads=5, intermediate_size=96, window_size=4, max_position_embeddings=128, tie_word_embeddings=False, **E), H),
 "gpt2-a": ("gpt2", dict(n_embd=80, n_layer=3, n_head=5, n_inner=96, n_positions=128, scale_attn_by_inverse_layer_idx=True, activation_function="gelu", tie_word_embeddings=False, **E), F),
 "gpt-neox-a": ("gpt_neox", base(rotary_pct=0.25, attention_bias=False, use_parallel_residual=True, hidden_act="gelu_fast", tie_word_embeddings=True), H),
 "xglm-a": ("xglm", dict(d_model=80, num_layers=3, attention_heads=5, ffn_dim=96, scale_embedding=False, max_position_embeddings=128, activation_function="relu", **E), B),
 "persimmon-a": ("persimmon", base(partial_rotary_factor=0.5, tie_word_embeddings=True), B),
 "biogpt-a": ("biogpt", dict(hidden_size=80, num_hidden_layers=3, num_attention_heads=5, intermediate_size=96, max_position_embeddings=128, scale_embedding=False, hidden_act="relu", tie_word_embeddings=False, **E), B),
 "dbrx-a": ("dbrx", dict(d_model=80, n_heads=5, n_layers=3, max_seq_len=512, attn_config=dict(kv_n_heads=1, clip_qkv=8, rope_theta=10000.0), ffn_config=dict(ffn_hidden_size=48, moe_num_experts=4, moe_top_k=2, moe_normalize_expert_weights=None), **E), B),
 # known ones in other options
 "llama-a": ("llama", base(kv=1, head_dim=24, attention_bias=True, mlp_bias=True, tie_word_embeddings=True, **rope("llama3", 5e5, **L3)), B),
 "llama-b": ("llama", base(h=96, heads=6, kv=3, head_dim=8, hidden_act="gelu", **rope("yarn", beta_fast=16, beta_slow=2, attention_factor=0.9, **YARN)), F),
 "qwen2-a": ("qwen2", base(L=4, kv=1, use_sliding_window=True, sliding_window=5, max_window_layers=2, tie_word_embeddings=True), B),
 "qwen2-moe-a": ("qwen2_moe", base(L=4, kv=1, num_experts=6, num_experts_per_tok=2, moe_intermediate_size=24, shared_expert_intermediate_size=40, decoder_sparse_step=2, mlp_only_layers=[3], norm_topk_prob=True, qkv_bias=False), B),
 "qwen3-a": ("qwen3", base(kv=1, head_dim=24, attention_bias=True, tie_word_embeddings=True, **rope("yarn", 1e6, **YARN)), B),
 "qwen3-moe-a": ("qwen3_moe", base(L=4, kv=1, head_dim=24, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=24, mlp_only_layers=[0], norm_topk_prob=False, decoder_sparse_step=1, attention_bias=True), B),
 "gemma-a": ("gemma", base(kv=1, head_dim=24, attention_bias=True, tie_word_embeddings=False), B),
 "gemma2-a": ("gemma2", base(L=3, kv=1, head_dim=24, query_pre_attn_scalar=20, sliding_window=5, final_logit_softcapping=None, attn_logit_softcapping=20.0), B),
 "gemma3-a": ("gemma3_text", base(L=7, heads=4, kv=1, head_dim=24, query_pre_attn_scalar=20, sliding_window=5, tie_word_embeddings=False, final_logit_softcapping=20.0), B),
 "gemma3-b": ("gemma3_text", base(L=3, heads=4, kv=2, head_dim=16, sliding_window=5, layer_types=layers("fsf"), rope_parameters=dict(sliding_attention=dict(rope_type="default", rope_theta=5000.0), full_attention=dict(rope_type="linear", rope_theta=1e6, factor=8.0))), B),
 "glm4-a": ("glm4", base(kv=1, head_dim=24, attention_bias=True, tie_word_embeddings=True, **rope(partial_rotary_factor=0.25)), B),
 "glm-a": ("glm", base(kv=1, head_dim=24, attention_bias=False, **rope(partial_rotary_factor=1.0)), B),
 "helium-a": ("helium", base(kv=1, head_dim=16, attention_bias=True, mlp_bias=True, tie_word_embeddings=True), B),
 "phi-a": ("phi", base(kv=1, partial_rotary_factor=0.5, qk_layernorm=True, tie_word_embeddings=True), B),
 "phi3-a": ("phi3", base(h=96, heads=6, kv=2, sliding_window=6, tie_word_embeddings=True, **rope(partial_rotary_factor=0.75)), B),
 "smollm3-a": ("smollm3", base(L=5, kv=1, no_rope_layers=[0,1,1,0,1], use_sliding_window=True, sliding_window=6, layer_types=layers("sfsff"), attention_bias=True, mlp_bias=True), B),
 "smollm3-b": ("smollm3", base(L=6, no_rope_layer_interval=3, tie_word_embeddings=True), B),
 "stablelm-a": ("stablelm", base(kv=1, partial_rotary_factor=0.5, use_qkv_bias=True, qk_layernorm=True, use_parallel_residual=False, tie_word_embeddings=True), B),
 "starcoder2-a": ("starcoder2", base(kv=1, use_bias=False, sliding_window=5, tie_word_embeddings=False), B),
 "starcoder2-b": ("starcoder2", base(kv=5, use_bias=True, sliding_window=None, hidden_act="gelu"), B),
}


def finish(m, d, dt, g, T, name, cls=None):
    shutil.rmtree(d, ignore_errors=True)
    m.to(dt).save_pretrained(d)
    way = "sdpa" if m.config.model_type == "falcon" and getattr(m.config, "alibi", False) else "eager"
    m = (cls or AutoModelForCausalLM).from_pretrained(d, dtype=F, attn_implementation=way).eval()
    if m.config.model_type == "llama4": m = m.language_model
    ids = torch.randint(3, 200, (1, T), generator=g)
    with torch.no_grad():
        lg = m(ids, use_cache=False).logits.float(); cur = ids
        for _ in range(12): cur = torch.cat([cur, m(cur, use_cache=False).logits[:, -1:].argmax(-1)], 1)
    assert torch.isfinite(lg).all() and lg.std() > 1e-3, "degenerate logits"
    save_file({"input_ids": ids.contiguous(), "logits": lg.contiguous(), "greedy": cur[0, T:].contiguous()}, f"{d}/reference.safetensors")
    print(name, m.config.model_type, tuple(lg.shape), "std %.3f" % lg.std().item(), flush=True)


def make(out, name, spec, seed, T=37):
    kind, kw, dt = spec
    torch.manual_seed(seed)
    m = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**kw), attn_implementation="eager").eval()
    g = torch.Generator().manual_seed(seed)
    randomize(m, g)
    finish(m, f"{out}/{name}", dt, g, T, name)


def text(kind, **kw): return dict(model_type=kind, **kw)
CLIP = dict(model_type="clip_vision_model", hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8, projection_dim=32)
SIG = dict(model_type="siglip_vision_model", hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=28, patch_size=14)
PIX = dict(model_type="pixtral", hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, head_dim=16, image_size=32, patch_size=8)
QV = dict(depth=1, embed_dim=32, hidden_size=80, num_heads=2, mlp_ratio=2, patch_size=8, spatial_merge_size=2, temporal_patch_size=2)
Q25V = dict(depth=1, hidden_size=32, intermediate_size=32, num_heads=2, out_hidden_size=80, patch_size=8, fullatt_block_indexes=[0])
Q3V = dict(depth=1, hidden_size=32, intermediate_size=32, num_heads=2, out_hidden_size=80, patch_size=8, num_position_embeddings=16, deepstack_visual_indexes=[0])
MROPE = dict(rope_parameters=dict(rope_type="default", rope_theta=1e6, mrope_section=[2, 3, 3]))
IM = dict(image_token_id=280, video_token_id=281, vision_start_token_id=282, vision_end_token_id=283)
MM = {
 "with-senses-gemma3": ("gemma3", dict(text_config=text("gemma3_text", **base(L=7, heads=4, kv=2, head_dim=24, sliding_window=5)), vision_config=SIG, mm_tokens_per_image=4, image_token_index=280, boi_token_index=281, eoi_token_index=282)),
 "with-senses-gemma4": ("gemma4", dict(text_config=text("gemma4_text", **base(L=5, heads=4, kv=2, head_dim=16, global_head_dim=32, layer_types=layers("ssfsf"), sliding_window=6, hidden_size_per_layer_input=8, vocab_size_per_layer_input=288, num_kv_shared_layers=2)), image_token_id=280, video_token_id=281, audio_token_id=282, boi_token_id=283, eoi_token_id=284)),
 "with-senses-qwen2vl": ("qwen2_vl", dict(text_config=text("qwen2_vl_text", **base(kv=1, **MROPE)), vision_config=QV, **IM)),
 "with-senses-qwen25vl": ("qwen2_5_vl", dict(text_config=text("qwen2_5_vl_text", **base(kv=1, tie_word_embeddings=True, **MROPE)), vision_config=Q25V, tie_word_embeddings=True, **IM)),
 "with-senses-qwen3vl": ("qwen3_vl", dict(text_config=text("qwen3_vl_text", **base(kv=1, head_dim=16, rope_parameters=dict(rope_type="default", rope_theta=5e6, mrope_section=[2,3,3], mrope_interleaved=True))), vision_config=Q3V, **IM)),
 "with-senses-qwen3vl-moe": ("qwen3_vl_moe", dict(text_config=text("qwen3_vl_moe_text", **base(kv=1, head_dim=16, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, rope_parameters=dict(rope_type="default", rope_theta=5e6, mrope_section=[2,3,3], mrope_interleaved=True))), vision_config=Q3V, **IM)),
 "with-senses-qwen3_5": ("qwen3_5", dict(text_config=text("qwen3_5_text", **base(L=4, head_dim=32, **lin())), vision_config={k: v for k, v in Q3V.items() if k != "deepstack_visual_indexes"}, **IM)),
 "with-senses-qwen3_5-moe": ("qwen3_5_moe", dict(text_config=text("qwen3_5_moe_text", **base(L=4, head_dim=32, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, shared_expert_intermediate_size=24, **lin())), vision_config={k: v for k, v in Q3V.items() if k != "deepstack_visual_indexes"}, **IM)),
 "with-senses-mistral3": ("mistral3", dict(text_config=text("mistral", **base(kv=1, head_dim=20)), vision_config=PIX, image_token_index=280)),
 "with-senses-mistral3-3": ("mistral3", dict(text_config=text("ministral3", **base(kv=1, head_dim=20, rope_parameters=dict(rope_type="yarn", type="yarn", rope_theta=1e6, factor=16.0, original_max_position_embeddings=16, max_position_embeddings=256, beta_fast=32.0, beta_slow=1.0, mscale=1.0, mscale_all_dim=1.0, llama_4_scaling_beta=0.1))), vision_config=PIX, image_token_index=280)),
 "with-senses-llama4": ("llama4", dict(text_config=text("llama4_text", **base(L=4, heads=4, kv=2, inter=48, intermediate_size_mlp=64, head_dim=16, num_local_experts=4, num_experts_per_tok=1, interleave_moe_layer_step=2, attention_chunk_size=8)), vision_config=dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=128, vision_output_dim=32, image_size=16, patch_size=8, projector_input_dim=32, projector_output_dim=32), image_token_index=280, boi_token_index=281, eoi_token_index=282)),
 "with-senses-internvl": ("internvl", dict(text_config=text("qwen2", **base(kv=1)), vision_config=dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=[16,16], patch_size=[8,8]), image_token_id=280)),
 "with-senses-internvl-q3": ("internvl", dict(text_config=text("qwen3", **base(kv=1, head_dim=24)), vision_config=dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=[16,16], patch_size=[8,8]), image_token_id=280)),
 "with-senses-internvl-oss": ("internvl", dict(text_config=text("gpt_oss", **base(h=64, L=2, heads=4, kv=2, inter=48, head_dim=16, num_local_experts=4, num_experts_per_tok=2, sliding_window=6)), vision_config=dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=[16,16], patch_size=[8,8]), image_token_id=280)),
 "with-senses-llava": ("llava", dict(text_config=text("llama", **base(kv=1)), vision_config=CLIP, image_token_index=280)),
 "with-senses-llava-next": ("llava_next", dict(text_config=text("mistral", **base(kv=1)), vision_config=CLIP, image_token_index=280)),
 "with-senses-llava-ov": ("llava_onevision", dict(text_config=text("qwen2", **base(kv=1, tie_word_embeddings=True)), vision_config=SIG, image_token_index=280, video_token_index=281, tie_word_embeddings=True)),
 "with-senses-aya": ("aya_vision", dict(text_config=text("cohere2", **base(L=4, sliding_window=6)), vision_config=SIG, image_token_index=280)),
 "with-senses-cohere2v": ("cohere2_vision", dict(text_config=text("cohere2", **base(L=4, sliding_window=6)), vision_config=SIG, image_token_id=280)),
 "with-senses-idefics3": ("idefics3", dict(text_config=text("llama", **base(kv=1)), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8), image_token_id=280)),
 "with-senses-smolvlm": ("smolvlm", dict(text_config=text("llama", **base(kv=1)), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8), image_token_id=280)),
 "with-senses-glm4v": ("glm4v", dict(text_config=text("glm4v_text", **base(heads=4, kv=2, attention_bias=True, rope_parameters=dict(rope_type="default", rope_theta=1e4, partial_rotary_factor=0.5, mrope_section=[2,2,1]))), vision_config=dict(depth=1, hidden_size=32, num_heads=2, intermediate_size=32, out_hidden_size=80, patch_size=8, image_size=32), **IM)),
 "with-senses-glm4v-moe": ("glm4v_moe", dict(text_config=text("glm4v_moe_text", **base(heads=4, kv=2, head_dim=16, n_group=1, topk_group=1, **dsmoe(), rope_parameters=dict(rope_type="default", rope_theta=1e4, partial_rotary_factor=0.5, mrope_section=[2,1,1]))), vision_config=dict(depth=1, hidden_size=32, num_heads=2, intermediate_size=32, out_hidden_size=80, patch_size=8, image_size=32), **IM)),
 "with-senses-lfm2vl": ("lfm2_vl", dict(text_config=text("lfm2", **base(L=4, layer_types=layers("ccfc"), block_multiple_of=16)), vision_config=dict(model_type="siglip2_vision_model", hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_patches=16, patch_size=8), image_token_id=280)),
 "with-senses-paddle": ("paddleocr_vl", dict(text_config=text("paddleocr_vl_text", **base(kv=1, head_dim=16, rope_parameters=dict(rope_type="default", rope_theta=5e5, mrope_section=[2,3,3]))), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8), **IM)),
 "with-senses-ernie-vl": ("ernie4_5_vl_moe", dict(text_config=text("ernie4_5_vl_moe_text", **base(L=3, heads=4, kv=2, moe_num_experts=4, moe_k=2, moe_intermediate_size=[24,16], moe_num_shared_experts=1, rope_parameters=dict(rope_type="default", rope_theta=5e5, mrope_section=[3,3,4]))), vision_config=dict(depth=1, hidden_size=32, num_heads=2, intermediate_size=32, patch_size=8), **IM)),
 "with-senses-vipllava": ("vipllava", dict(text_config=text("llama", **base(kv=1)), vision_config=dict(CLIP, num_hidden_layers=12), image_token_index=280)),
 "with-senses-omni": ("qwen2_5_omni_thinker", dict(text_config=text("qwen2_5_omni_text", **base(kv=1, **MROPE)), vision_config=Q25V, audio_config=dict(d_model=32, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=32, num_mel_bins=16, output_dim=80))),
 "with-senses-omni3": ("qwen3_omni_moe_thinker", dict(text_config=text("qwen3_omni_moe_text", **base(kv=1, head_dim=16, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, rope_parameters=dict(rope_type="default", rope_theta=5e6, mrope_section=[2,3,3], mrope_interleaved=True))), vision_config=Q3V, audio_config=dict(d_model=32, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=32, num_mel_bins=16, output_dim=80))),
 "with-senses-gotocr": ("got_ocr2", dict(text_config=text("qwen2", **base(kv=1, tie_word_embeddings=True)), vision_config=dict(hidden_size=32, output_channels=16, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=8, mlp_dim=32, window_size=2, global_attn_indexes=[0]), image_token_index=280, tie_word_embeddings=True)),
 "with-senses-ovis2": ("ovis2", dict(text_config=text("qwen2", **base(kv=1)), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8, vocab_size=64), image_token_id=280, visual_indicator_token_ids=[281,282,283,284,285])),
 "with-senses-exaone45": ("exaone4_5", dict(text_config=text("exaone4", **base(L=4, kv=1, sliding_window=6)), vision_config=dict(depth=1, hidden_size=32, intermediate_size=32, num_heads=2, out_hidden_size=80, patch_size=8, num_key_value_heads=2, fullatt_block_indexes=[0]), image_token_id=280)),
 "with-senses-idefics2": ("idefics2", dict(text_config=text("mistral", **base(kv=1)), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8), image_token_id=280)),
 "with-senses-videollama3": ("video_llama_3", dict(text_config=text("qwen2", **base(kv=1)), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, patch_size=8), **IM)),
 "with-senses-kimi": ("kimi_k25", dict(text_config=text("deepseek_v3", **base(L=3, heads=4, kv=4, n_group=1, topk_group=1, **mla(), **dsmoe())), vision_config=dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, patch_size=8, pos_emb_height=4, pos_emb_width=4), projection_hidden_size=32, tie_word_embeddings=False, **IM)),
}

def build(out, name, spec, seed, T=37):
    kind, kw = spec
    torch.manual_seed(seed)
    m = AutoModelForImageTextToText.from_config(CONFIG_MAPPING[kind](**kw), attn_implementation="eager").eval()
    g = torch.Generator().manual_seed(seed)
    randomize(m, g)
    finish(m, f"{out}/{name}", B, g, T, name, AutoModelForImageTextToText)


if __name__ == "__main__":
    out, seed = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    for i, (n, s) in enumerate((M | MM).items()):
        if len(sys.argv) > 3 and n not in sys.argv[3:]: continue
        try: (make if n in M else build)(out, n, s, seed + i)
        except Exception as e: print("FAIL", n, type(e).__name__, str(e)[:300], flush=True)
