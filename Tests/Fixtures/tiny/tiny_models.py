"""Makes tiny random language models and what transformers computes with them (float32, CPU).

    python tiny_models.py OUT SEED [NAME ...]        (transformers 5.5.4, torch, safetensors; the seed was 20261)

For each model OUT/NAME/ gets config.json, generation_config.json, the weights as safetensors (two of them in shards),
and reference.safetensors: input_ids [1, T], logits [1, T, V] of a float32 forward of the stored weights, and greedy
[12], the tokens that follow greedily. MODELS came with the project's first data and are not made again (their seed is
not this one); EXTRA adds families and settings. Two families that transformers knows only as remote code are written by
renaming: internlm2 from Llama, minicpm from Granite, whose formulas they share.
"""
import json
import os
import shutil
import sys

import torch
from transformers import AutoModelForCausalLM
from safetensors.torch import load_file, save_file
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

def base(h=64, L=2, heads=4, kv=2, inter=128, V=320, **kw):
    d = dict(hidden_size=h, num_hidden_layers=L, num_attention_heads=heads, num_key_value_heads=kv,
             intermediate_size=inter, vocab_size=V, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    d.update(kw); return d

MODELS = {
 "llama":            ("llama",   base(), torch.bfloat16),
 "llama3-rope":      ("llama",   base(rope_theta=500000.0, max_position_embeddings=512, tie_word_embeddings=True,
                        rope_scaling=dict(rope_type="llama3",rope_theta=500000.0,factor=8.0,low_freq_factor=1.0,high_freq_factor=4.0,original_max_position_embeddings=64)), torch.bfloat16),
 "llama-bias":       ("llama",   base(attention_bias=True, mlp_bias=True, head_dim=32), torch.float16),
 "mistral":          ("mistral", base(sliding_window=None, head_dim=16), torch.bfloat16),
 "mistral-window":   ("mistral", base(sliding_window=8), torch.float32),
 "qwen2":            ("qwen2",   base(tie_word_embeddings=True), torch.bfloat16),
 "qwen3":            ("qwen3",   base(head_dim=32), torch.bfloat16),
 "phi3":             ("phi3",    base(), torch.bfloat16),
 "phi3-partial":     ("phi3",    base(head_dim=16, partial_rotary_factor=0.75, tie_word_embeddings=True), torch.bfloat16),
 "gemma":            ("gemma",   base(head_dim=32, kv=1), torch.bfloat16),
 "gemma2":           ("gemma2",  base(head_dim=32, query_pre_attn_scalar=32, sliding_window=8, L=4), torch.bfloat16),
 "gemma3":           ("gemma3_text", base(head_dim=32, query_pre_attn_scalar=32, sliding_window=8, L=6), torch.bfloat16),
 "smollm3":          ("smollm3", base(L=4, no_rope_layers=[1,1,1,0]), torch.bfloat16),
 "granite":          ("granite", base(embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22, attention_multiplier=0.0625), torch.bfloat16),
 "olmo2":            ("olmo2",   base(), torch.bfloat16),
 "starcoder2":       ("starcoder2", base(sliding_window=None), torch.bfloat16),
 "stablelm":         ("stablelm", base(partial_rotary_factor=0.25), torch.float16),
 "phi":              ("phi",     base(kv=4, partial_rotary_factor=0.5), torch.float16),
 "gpt-neox":         ("gpt_neox", dict(hidden_size=64,num_hidden_layers=2,num_attention_heads=4,intermediate_size=128,vocab_size=320,max_position_embeddings=256,rotary_pct=0.25,bos_token_id=1,eos_token_id=2,pad_token_id=0), torch.float16),
 "gpt2":             ("gpt2",    dict(n_embd=64,n_layer=2,n_head=4,vocab_size=320,n_positions=256,bos_token_id=1,eos_token_id=2,pad_token_id=0), torch.float32),
 "cohere":           ("cohere",  base(logit_scale=0.25), torch.bfloat16),
 "mixtral":          ("mixtral", base(num_local_experts=4,num_experts_per_tok=2,sliding_window=None), torch.bfloat16),
 "qwen3-moe":        ("qwen3_moe", base(num_experts=4,num_experts_per_tok=2,moe_intermediate_size=64,head_dim=32,decoder_sparse_step=1,norm_topk_prob=True), torch.bfloat16),
 "glm4":             ("glm4",    base(head_dim=16), torch.bfloat16),
 "exaone4":          ("exaone4", base(L=4, sliding_window=8, sliding_window_pattern=4), torch.bfloat16),
}

def small(**kw):
    return base(V=160, inter=96, **kw)


def rope(kind, **kw):
    return dict(rope_type=kind, rope_theta=10000.0, **kw)


LONG = dict(long_factor=[1.0 + 0.7 * i for i in range(8)], short_factor=[1.0 + 0.05 * i for i in range(8)])
EXTRA = {
    "llama-linear": ("llama", small(rope_scaling=rope("linear", factor=4.0)), torch.bfloat16),
    "llama-dynamic": ("llama", small(max_position_embeddings=16, rope_scaling=rope("dynamic", factor=4.0)), torch.bfloat16),
    "llama-yarn": ("llama", small(rope_scaling=rope("yarn", factor=4.0, original_max_position_embeddings=64)), torch.bfloat16),
    "phi3-short": ("phi3", small(original_max_position_embeddings=64, rope_scaling=rope("longrope", original_max_position_embeddings=64, **LONG)), torch.bfloat16),
    "phi3-long": ("phi3", small(original_max_position_embeddings=16, rope_scaling=rope("longrope", original_max_position_embeddings=16, **LONG)), torch.bfloat16),
    "qwen2-window": ("qwen2", small(L=4, use_sliding_window=True, sliding_window=8, max_window_layers=2), torch.bfloat16),
    "gpt-neox-serial": ("gpt_neox", dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96, vocab_size=160, max_position_embeddings=256, rotary_pct=0.5, use_parallel_residual=False, bos_token_id=1, eos_token_id=2, pad_token_id=0), torch.float16),
    "stablelm-parallel": ("stablelm", small(partial_rotary_factor=0.25, use_parallel_residual=True, qk_layernorm=True, use_qkv_bias=True), torch.float16),
    "glm": ("glm", small(head_dim=16, partial_rotary_factor=0.5, attention_bias=True), torch.bfloat16),
    "olmo": ("olmo", small(clip_qkv=0.5), torch.bfloat16),
    "ernie4_5": ("ernie4_5", small(head_dim=32, use_bias=True, tie_word_embeddings=True), torch.bfloat16),
    "helium": ("helium", small(head_dim=16), torch.bfloat16),
    "hunyuan": ("hunyuan_v1_dense", small(head_dim=32, rope_scaling=rope("dynamic", alpha=50.0, factor=1.0)), torch.bfloat16),
    "qwen2-moe": ("qwen2_moe", small(L=3, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=64, shared_expert_intermediate_size=96, mlp_only_layers=[1]), torch.bfloat16),
    "granitemoe": ("granitemoe", small(num_local_experts=4, num_experts_per_tok=2, embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22, attention_multiplier=0.0625), torch.bfloat16),
    "internlm2": ("llama", small(rope_scaling=None), torch.bfloat16),
    "minicpm": ("granite", small(tie_word_embeddings=True, embedding_multiplier=12.0, logits_scaling=4.0, residual_multiplier=1.4 / 2**0.5, attention_multiplier=0.25), torch.bfloat16),
}


def rewrite(folder, change):
    """Replaces tensors and configuration of a saved model by what `change` makes of them."""
    weights, config = load_file(f"{folder}/model.safetensors"), json.load(open(f"{folder}/config.json"))
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    for key in ("architectures", "head_dim", "transformers_version"):
        config.pop(key, None)
    weights, config = change(weights, config)
    save_file(weights, f"{folder}/model.safetensors", metadata={"format": "pt"})
    json.dump(config, open(f"{folder}/config.json", "w"), indent=2)


def as_internlm2(weights, config):
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size = config["hidden_size"] // heads
    names = {"embed_tokens": "tok_embeddings", "input_layernorm": "attention_norm", "post_attention_layernorm": "ffn_norm",
             "mlp.gate_proj": "feed_forward.w1", "mlp.up_proj": "feed_forward.w3", "mlp.down_proj": "feed_forward.w2",
             "self_attn.o_proj": "attention.wo", "lm_head": "output"}
    renamed = {}
    for name, value in weights.items():
        if "q_proj" in name:
            parts = [weights[name.replace("q_proj", p)].reshape(groups, -1, size, value.shape[1]) for p in ("q_proj", "k_proj", "v_proj")]
            renamed[name.replace("self_attn.q_proj", "attention.wqkv")] = torch.cat(parts, 1).reshape(-1, value.shape[1]).contiguous()
        elif "k_proj" not in name and "v_proj" not in name:
            for old, new in names.items():
                name = name.replace(old, new)
            renamed[name] = value
    config.update(model_type="internlm2", bias=False, rope_scaling=None)
    return renamed, config


def as_minicpm(weights, config):
    for key in ("embedding_multiplier", "logits_scaling", "residual_multiplier", "attention_multiplier"):
        config.pop(key)
    config.update(model_type="minicpm", scale_emb=12.0, scale_depth=1.4, dim_model_base=16, rope_scaling=None)
    return weights, config


REWRITES = {"internlm2": as_internlm2, "minicpm": as_minicpm}


def fill(model, generator):
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            if p.dim() >= 2:
                p.copy_(noise * (0.6 / p.shape[-1] ** 0.5) * (2.0 if "embed" in name or "wte" in name else 1.0))
            elif "norm" in name or "ln_" in name:
                p.copy_(p + noise * 0.1)
            else:
                p.copy_(noise * 0.1)


def make(out, name, spec, seed, length):
    kind, settings, dtype = spec
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**settings)).eval()
    generator = torch.Generator().manual_seed(seed)
    fill(model, generator)
    folder = f"{out}/{name}"
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder, max_shard_size="120KB" if name in ("llama-bias", "mixtral") else "5GB")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = torch.randint(3, model.config.vocab_size, (1, length), generator=generator)
    with torch.no_grad():
        logits = model(ids).logits.float()
        # With a cache: a scaling that depends on the length turns old keys by the angles of their own time.
        tokens, state = [], model(ids, use_cache=True)
        for _ in range(12):
            tokens.append(state.logits[:, -1:].argmax(-1))
            state = model(tokens[-1], past_key_values=state.past_key_values, use_cache=True)
    greedy = torch.cat(tokens, 1)[0]
    save_file({"input_ids": ids.contiguous(), "logits": logits.contiguous(), "greedy": greedy.contiguous()}, f"{folder}/reference.safetensors")
    if name in REWRITES:
        rewrite(folder, REWRITES[name])
    print(name, kind, tuple(logits.shape), "std %.3f" % logits.std().item())


if __name__ == "__main__":
    out, seed, wanted = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    for index, (name, spec) in enumerate(EXTRA.items()):
        if not wanted or name in wanted:
            make(out, name, spec, seed + index, 21)
