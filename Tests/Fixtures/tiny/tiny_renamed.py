"""Tiny models of families whose own code transformers does not have: a family that it does have and that computes the
same, under the names, with the fused matrices and the configuration keys of the family that is meant.

usage: tiny_renamed.py OUT SEED [NAME...]      (transformers 5.24; the layout is that of tiny_models.py)
"""
import json, math, os, shutil, sys, torch
from transformers import AutoModelForCausalLM
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from safetensors.torch import save_file

BASE = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=6, intermediate_size=96, vocab_size=320,
            max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0, tie_word_embeddings=False)
PLAIN = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=6, intermediate_size=96, vocab_size=320)

def renamed(weights, *pairs):
    """Each weight under its name with the replacements made in order."""
    def name(old):
        for a, b in pairs: old = old.replace(a, b)
        return old
    return {name(k): v for k, v in weights.items()}

def fused(weights, parts, name, axis=0):
    """Weights whose names end in one of `parts` as one matrix (and one bias) named `name`."""
    out = {k: v for k, v in weights.items() if not any(f".{p}." in k for p in parts)}
    for k, v in weights.items():
        if f".{parts[0]}." in k:
            out[k.replace(parts[0], name)] = torch.cat([weights[k.replace(parts[0], p)] for p in parts], axis)
    return out

QKV = ("q_proj", "k_proj", "v_proj")
TOGPT = (("model.embed_tokens", "transformer.wte"), ("model.layers", "transformer.h"), ("model.norm", "transformer.ln_f"),
         ("input_layernorm", "ln_1"), ("post_attention_layernorm", "ln_2"), ("self_attn", "attn"), ("o_proj", "c_proj"))

def baichuan(w): return fused(w, QKV, "W_pack")
def qwen(w):
    return renamed(fused(w, QKV, "c_attn"), *TOGPT, ("down_proj", "c_proj"), ("gate_proj", "w2"), ("up_proj", "w1"))
def chatglm(w):
    return renamed(fused(w, QKV, "query_key_value"), ("model.embed_tokens", "transformer.embedding.word_embeddings"),
                   ("model.layers", "transformer.encoder.layers"), ("model.norm", "transformer.encoder.final_layernorm"),
                   ("lm_head", "transformer.output_layer"), ("self_attn", "self_attention"), ("o_proj", "dense"),
                   ("gate_up_proj", "dense_h_to_4h"), ("down_proj", "dense_4h_to_h"))
def jais(w):
    w = renamed(fused(w, QKV, "c_attn"), *TOGPT, ("down_proj", "c_proj"), ("gate_proj", "c_fc2"), ("up_proj", "c_fc"))
    w.pop("lm_head.weight", None)
    out = {}
    for k, v in w.items():
        linear = any(f".{n}." in k for n in ("c_attn", "c_proj", "c_fc", "c_fc2"))
        out[k] = v.T.contiguous() if linear and v.dim() == 2 else v
        if linear and k.endswith("weight") and k.replace("weight", "bias") not in w:
            out[k.replace("weight", "bias")] = torch.zeros(v.shape[0], dtype=v.dtype)
    return out

ROTARY = dict(rope_type="default", rope_theta=10000.0)
HALF = dict(rope_type="default", rope_theta=10000.0 * 50, partial_rotary_factor=0.5)
WHOLE = dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=1.0)
# name: (family that computes it, its configuration, names, configuration that is written, ALiBi, change of the model)
def normalize_head(m): m.lm_head.weight.copy_(torch.nn.functional.normalize(m.lm_head.weight.float()))
def scale_jais(m):
    for layer in m.model.layers: layer.self_attn.scaling = 1 / 8
MODELS = {
 "baichuan":     ("llama", BASE, baichuan, dict(PLAIN, model_type="baichuan", max_position_embeddings=256, rms_norm_eps=1e-6), False, None),
 "baichuan2-13b": ("llama", BASE, baichuan, dict(PLAIN, model_type="baichuan", model_max_length=256, z_loss_weight=0, rms_norm_eps=1e-6), True, normalize_head),
 "chatglm":      ("glm", dict(BASE, num_key_value_heads=2, head_dim=16, attention_bias=True, rms_norm_eps=1e-5, rope_parameters=HALF), chatglm,
                  dict(model_type="chatglm", num_layers=2, padded_vocab_size=320, hidden_size=48, ffn_hidden_size=96, kv_channels=16,
                       num_attention_heads=6, seq_length=256, layernorm_epsilon=1e-5, rmsnorm=True, post_layer_norm=True, original_rope=True,
                       apply_residual_connection_post_layernorm=False, add_bias_linear=False, add_qkv_bias=True, rope_ratio=50,
                       multi_query_attention=True, multi_query_group_num=2, tie_word_embeddings=False), False, None),
 "qwen":         ("qwen2", dict(BASE, num_key_value_heads=6, rms_norm_eps=1e-6), qwen,
                  dict(PLAIN, model_type="qwen", intermediate_size=192, kv_channels=8, layer_norm_epsilon=1e-6, rotary_emb_base=10000, rotary_pct=1.0,
                       seq_length=256, no_bias=True, use_dynamic_ntk=True, use_logn_attn=True, tie_word_embeddings=False), False, None),
 "internlm":     ("llama", dict(BASE, attention_bias=True), lambda w: w, dict(PLAIN, model_type="internlm", bias=True, max_position_embeddings=256, rms_norm_eps=1e-6, tie_word_embeddings=False), False, None),
 "xverse":       ("llama", BASE, lambda w: w, dict(PLAIN, model_type="xverse", max_position_embeddings=256, rms_norm_eps=1e-6, tie_word_embeddings=False), False, None),
 "orion":        ("stablelm", dict(BASE, num_key_value_heads=2, layer_norm_eps=1e-5, rope_parameters=WHOLE), lambda w: w,
                  dict(PLAIN, model_type="orion", num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=False), False, None),
 "jais":         ("stablelm", dict(BASE, num_key_value_heads=6, use_qkv_bias=True, layer_norm_eps=1e-5, rope_parameters=WHOLE, tie_word_embeddings=True), jais,
                  dict(model_type="jais", n_embd=48, n_layer=2, n_head=6, n_inner=96, n_positions=256, vocab_size=320, layer_norm_epsilon=1e-5,
                       activation_function="swiglu", position_embedding_type="alibi", scale_qk_dot_by_d=True, embeddings_scale=2.5, width_scale=0.4,
                       tie_word_embeddings=True), True, scale_jais),
}

def make(out, name, spec, seed, T=21):
    kind, kw, names, config, alibi, change = spec
    torch.manual_seed(seed)
    m = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**kw), attn_implementation="eager").eval()
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for n, p in m.named_parameters():
            if p.dim() >= 2: p.copy_(torch.randn(p.shape, generator=g) * (0.6 / p.shape[-1] ** 0.5) * (2.0 if "embed" in n else 1.0))
            elif "norm" in n: p.copy_(p + torch.randn(p.shape, generator=g) * 0.1)
            else: p.copy_(torch.randn(p.shape, generator=g) * 0.1)
    m = m.to(torch.bfloat16)
    stored = {k: v.clone().contiguous() for k, v in m.state_dict().items() if "rotary" not in k}
    # Anew, because the conversion has rounded buffers that are not stored.
    m = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**kw), attn_implementation="eager").eval()
    m.load_state_dict({k: v.float() for k, v in stored.items()}, strict=False)
    scales = [config.get("embeddings_scale", 1.0), config.get("width_scale", 1.0)]
    with torch.no_grad():
        if change: change(m)
        if alibi:
            for buffer, values in m.named_buffers():
                if buffer.endswith("inv_freq"): values.zero_()
        def logits(ids):
            count = ids.shape[1]
            mask = None
            if alibi:
                mask = torch.full((count, count), torch.finfo(torch.float32).min).triu(1)[None, None]
                mask = mask + build_alibi_tensor(torch.ones(1, count), 6, torch.float32).view(1, 6, 1, count)
            embedded = m.get_input_embeddings()(ids) * scales[0]
            return m(inputs_embeds=embedded, attention_mask=mask, use_cache=False).logits.float() * scales[1]
        ids = torch.randint(3, 320, (1, T), generator=g)
        lg = logits(ids); cur = ids
        for _ in range(12): cur = torch.cat([cur, logits(cur)[:, -1:].argmax(-1)], 1)
    assert torch.isfinite(lg).all() and lg.std() > 1e-3, "degenerate logits"
    d = f"{out}/{name}"; shutil.rmtree(d, ignore_errors=True); os.makedirs(d)
    save_file({k: v.contiguous() for k, v in names(stored).items()}, f"{d}/model.safetensors", metadata={"format": "pt"})
    json.dump(config, open(f"{d}/config.json", "w"), indent=2)
    save_file({"input_ids": ids.contiguous(), "logits": lg.contiguous(), "greedy": cur[0, T:].contiguous()}, f"{d}/reference.safetensors")
    print(name, kind, tuple(lg.shape), "std %.3f" % lg.std().item(), flush=True)

if __name__ == "__main__":
    out, seed = sys.argv[1], int(sys.argv[2])
    for i, (n, s) in enumerate(MODELS.items()):
        if len(sys.argv) > 3 and n not in sys.argv[3:]: continue
        try: make(out, n, s, seed + i)
        except Exception as e: print("FAIL", n, type(e).__name__, str(e)[:300], flush=True)
