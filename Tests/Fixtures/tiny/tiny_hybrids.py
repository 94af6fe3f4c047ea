"""Tiny random models of families with recurrent states and of Gemma 3n and 4, in odd settings: groups, shared heads,
biases, tied heads, other layer patterns. What transformers 5.24 computes for them stands beside them.

usage: tiny_hybrids.py OUT SEED [NAME...]      (the layout is that of tiny_models.py)
"""
import os, shutil, sys, torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from tiny_models2 import B, F, base, layers


def small(**kw):
    kw = dict(h=48, heads=6, kv=2, inter=64, V=160, **kw)
    return base(**kw)


def delta(**kw):
    d = dict(linear_conv_kernel_dim=3, linear_key_head_dim=8, linear_value_head_dim=12, linear_num_key_heads=2,
             linear_num_value_heads=6, head_dim=16)
    d.update(kw); return d


def mamba(**kw):
    d = dict(mamba_n_heads=6, mamba_d_head=16, mamba_d_state=8, mamba_n_groups=2, mamba_d_conv=3, mamba_expand=2, mamba_chunk_size=8)
    d.update(kw); return d


ENDS = dict(vocab_size=160, bos_token_id=1, eos_token_id=2, pad_token_id=0)
MODELS = {
 "qwen3_5-odd": ("qwen3_5_text", small(L=5, layer_types=layers("lflfl"), tie_word_embeddings=True, attention_bias=True, **delta()), B),
 "qwen3_5-equal": ("qwen3_5_text", small(L=4, rope_parameters=dict(rope_type="default", rope_theta=5000.0, partial_rotary_factor=0.5), **delta(linear_num_key_heads=3, linear_num_value_heads=3, linear_value_head_dim=8, linear_conv_kernel_dim=4)), B),
 "qwen3_5-moe-odd": ("qwen3_5_moe_text", small(L=3, layer_types=layers("llf"), num_experts=6, num_experts_per_tok=3, moe_intermediate_size=16, shared_expert_intermediate_size=24, **delta()), B),
 "qwen3-next-odd": ("qwen3_next", small(L=4, layer_types=layers("lfll"), num_experts=6, num_experts_per_tok=3, moe_intermediate_size=16, shared_expert_intermediate_size=24, mlp_only_layers=[1], norm_topk_prob=False, **delta()), B),
 "lfm2-bias": ("lfm2", small(L=4, layer_types=layers("cfcf"), conv_bias=True, conv_L_cache=4, block_auto_adjust_ff_dim=False, tie_word_embeddings=False), B),
 "lfm2-moe-odd": ("lfm2_moe", small(L=4, layer_types=layers("ccfc"), num_dense_layers=2, num_experts=6, num_experts_per_tok=3, moe_intermediate_size=16, norm_topk_prob=False, routed_scaling_factor=2.0), B),
 "granite-hybrid-groups": ("granitemoehybrid", small(L=4, layer_types=layers("mmam"), num_local_experts=6, num_experts_per_tok=3, shared_intermediate_size=24, position_embedding_type="rope", attention_bias=True, attention_multiplier=0.2, residual_multiplier=0.3, mamba_proj_bias=True, mamba_conv_bias=False, **mamba()) | dict(intermediate_size=16), B),
 "falcon-h1-norm": ("falcon_h1", small(L=2, mamba_d_ssm=64, mamba_rms_norm=True, mamba_norm_before_gate=False, attention_bias=True, mlp_bias=True, projectors_bias=True, mamba_proj_bias=True, tie_word_embeddings=True, attention_out_multiplier=0.7, ssm_out_multiplier=0.6, mlp_multipliers=[0.5, 1.2], ssm_multipliers=[0.7, 1.1, 0.9, 1.3, 0.8], **mamba(mamba_n_heads=8, mamba_d_head=8)), B),
 "falcon-h1-first": ("falcon_h1", small(L=2, mamba_d_ssm=96, mamba_rms_norm=True, mamba_norm_before_gate=True, mamba_conv_bias=False, **mamba()), B),
 "nemotron-h-moe": ("nemotron_h", small(L=6, hybrid_override_pattern="ME*M-E", layers_block_type=None, mamba_num_heads=6, mamba_head_dim=16, ssm_state_size=8, n_groups=2, conv_kernel=3, chunk_size=8, head_dim=12, n_routed_experts=8, n_group=4, topk_group=2, num_experts_per_tok=3, moe_intermediate_size=16, moe_shared_expert_intermediate_size=24, moe_latent_size=20, routed_scaling_factor=2.5, use_bias=True, mlp_bias=True), B),
 "nemotron-h-plain-moe": ("nemotron_h", small(L=3, hybrid_override_pattern="ME*", layers_block_type=None, mamba_num_heads=6, mamba_head_dim=16, ssm_state_size=8, n_groups=3, conv_kernel=4, chunk_size=8, head_dim=8, n_routed_experts=6, num_experts_per_tok=2, moe_intermediate_size=16, moe_shared_expert_intermediate_size=24, norm_topk_prob=False, use_conv_bias=False), B),
 "mamba2-groups": ("mamba2", dict(hidden_size=48, num_hidden_layers=3, num_heads=6, head_dim=16, state_size=8, n_groups=3, expand=2, conv_kernel=3, chunk_size=8, use_bias=True, use_conv_bias=False, tie_word_embeddings=True, time_step_limit=[0.01, 0.9], **ENDS), B),
 "mamba-bias": ("mamba", dict(hidden_size=48, num_hidden_layers=3, state_size=5, expand=3, conv_kernel=3, time_step_rank=5, use_bias=True, use_conv_bias=False, tie_word_embeddings=False, **ENDS), B),
 "falcon-mamba": ("falcon_mamba", dict(hidden_size=48, num_hidden_layers=2, state_size=6, expand=2, **ENDS), B),
 "bamba": ("bamba", small(L=3, attn_layer_indices=[1], mamba_proj_bias=False, **mamba()), B),
 "olmo-hybrid": ("olmo_hybrid", small(L=3, layer_types=layers("llf"), linear_num_key_heads=3, linear_num_value_heads=6, linear_key_head_dim=8, linear_value_head_dim=12, tie_word_embeddings=False), B),
 "jamba": ("jamba", small(L=4, attn_layer_period=4, attn_layer_offset=2, expert_layer_period=2, expert_layer_offset=1, num_experts=4, num_experts_per_tok=2, mamba_d_state=6, mamba_d_conv=3, mamba_dt_rank=4, use_mamba_kernels=False), B),
 "gemma3n-odd": ("gemma3n_text", small(L=5, head_dim=12, layer_types=layers("fsfsf"), sliding_window=5, vocab_size_per_layer_input=128, hidden_size_per_layer_input=10, num_kv_shared_layers=2, laurel_rank=6, altup_num_inputs=3, altup_correct_scale=False, final_logit_softcapping=12.0, activation_sparsity_pattern=[0.9, 0.5, 0.0, 0.0, 0.0]) | dict(intermediate_size=[64, 64, 80, 64, 64]), B),
 "gemma4-shared": ("gemma4_text", small(L=6, head_dim=16, global_head_dim=24, layer_types=layers("ssfssf"), sliding_window=5, vocab_size_per_layer_input=160, hidden_size_per_layer_input=10, num_kv_shared_layers=3, use_double_wide_mlp=True, final_logit_softcapping=15.0), B),
 "gemma4-moe": ("gemma4_text", small(L=4, head_dim=16, global_head_dim=32, layer_types=layers("sfsf"), sliding_window=6, hidden_size_per_layer_input=0, attention_k_eq_v=True, num_global_key_value_heads=1, enable_moe_block=True, num_experts=6, top_k_experts=3, moe_intermediate_size=16), B),
}



def randomize(m, g):
    with torch.no_grad():
        for n, p in m.named_parameters():
            leaf = n.split(".")[-1]
            if leaf in ("A_log", "dt_bias", "D"): p.copy_(p.float() + torch.rand(p.shape, generator=g) * 0.2)
            elif "conv" in n and p.dim() == 3: p.copy_(torch.randn(p.shape, generator=g) * 0.4)
            elif p.dim() >= 2: p.copy_(torch.randn(p.shape, generator=g) * (0.6 / p.shape[-1] ** 0.5) * (2.0 if "embed" in n else 1.0))
            elif "norm" in n: p.copy_(p + torch.randn(p.shape, generator=g) * 0.1)
            elif leaf in ("scale", "per_expert_scale"): p.copy_(p + torch.randn(p.shape, generator=g) * 0.2)
            else: p.copy_(torch.randn(p.shape, generator=g) * 0.1)
        for n, b in m.named_buffers():
            if n.endswith(("expert_bias", "e_score_correction_bias")): b.copy_(torch.randn(b.shape, generator=g) * 0.2)
            if n.endswith("layer_scalar"): b.copy_(1 + torch.randn(b.shape, generator=g) * 0.2)


def make(out, name, spec, seed, T=21):
    kind, kw, dt = spec
    torch.manual_seed(seed)
    m = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**kw), attn_implementation="eager").eval()
    g = torch.Generator().manual_seed(seed)
    randomize(m, g)
    d = f"{out}/{name}"; shutil.rmtree(d, ignore_errors=True)
    m.to(dt).save_pretrained(d)
    m = AutoModelForCausalLM.from_pretrained(d, dtype=F, attn_implementation="eager").eval()
    ids = torch.randint(3, 100, (1, T), generator=g)
    with torch.no_grad():
        lg = m(ids, use_cache=False).logits.float(); cur = ids
        for _ in range(12): cur = torch.cat([cur, m(cur, use_cache=False).logits[:, -1:].argmax(-1)], 1)
    assert torch.isfinite(lg).all() and lg.std() > 1e-3, "degenerate logits"
    save_file({"input_ids": ids.contiguous(), "logits": lg.contiguous(), "greedy": cur[0, T:].contiguous()}, f"{d}/reference.safetensors")
    print(name, m.config.model_type, tuple(lg.shape), "std %.3f" % lg.std().item(), sum(os.path.getsize(f"{d}/{x}") for x in os.listdir(d)) // 1024, "KB", flush=True)


if __name__ == "__main__":
    out, seed = sys.argv[1], int(sys.argv[2])
    for i, (n, s) in enumerate(MODELS.items()):
        if len(sys.argv) > 3 and n not in sys.argv[3:]: continue
        try: make(out, n, s, seed + i)
        except Exception as e: print("FAIL", n, type(e).__name__, str(e)[:300], flush=True)
