"""Checkpoints of the real sizes of known models, cut to a few layers and filled with random weights.

    python models.py NAME FOLDER [LAYERS [VOCABULARY]]     writes config.json and model.safetensors (float16)
    python models.py                             lists the names

What an NPU's compiler makes of a graph depends on its shapes, and hardly on its weights: two layers of the true size
show what all of them would do, in a tenth of the time. Sizes are those of the models' own config.json.
"""
import json
import math
import os
import random
import struct
import sys

LLAMA3_ROPE = {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 8192}


def config(kind, hidden, inner, heads, shared, size, vocabulary, tied, positions=8192, theta=1e4, epsilon=1e-6, **more):
    names = {"llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM",
             "qwen3": "Qwen3ForCausalLM", "phi3": "Phi3ForCausalLM", "gemma2": "Gemma2ForCausalLM",
             "gemma3_text": "Gemma3ForCausalLM", "smollm3": "SmolLM3ForCausalLM", "granite": "GraniteForCausalLM",
             "olmo2": "Olmo2ForCausalLM", "glm4": "Glm4ForCausalLM", "exaone4": "Exaone4ForCausalLM",
             "granitemoe": "GraniteMoeForCausalLM", "olmoe": "OlmoeForCausalLM", "qwen3_moe": "Qwen3MoeForCausalLM",
             "phi": "PhiForCausalLM", "stablelm": "StableLmForCausalLM", "starcoder2": "Starcoder2ForCausalLM",
             "falcon": "FalconForCausalLM", "gemma": "GemmaForCausalLM", "gpt_oss": "GptOssForCausalLM",
             "gemma4_text": "Gemma4ForCausalLM"}
    gelu = kind.startswith("gemma")
    return {"architectures": [names[kind]], "model_type": kind, "hidden_size": hidden, "intermediate_size": inner,
            "num_attention_heads": heads, "num_key_value_heads": shared, "head_dim": size, "vocab_size": vocabulary,
            "tie_word_embeddings": tied, "max_position_embeddings": positions, "rope_theta": theta,
            "rms_norm_eps": epsilon, "torch_dtype": "float16", "bos_token_id": 1, "eos_token_id": 2,
            ("hidden_activation" if gelu else "hidden_act"): "gelu_pytorch_tanh" if gelu else "silu", **more}


MODELS = {
    # A small vocabulary, one layer: for quick checks of head sizes 64 with grouped heads.
    "quick": config("llama", 512, 1024, 8, 2, 64, 4096, True),
    "quick-moe": config("qwen3_moe", 512, 1024, 8, 4, 64, 4096, True, num_experts=8, num_experts_per_tok=2,
                        moe_intermediate_size=256, norm_topk_prob=True, decoder_sparse_step=1, mlp_only_layers=[]),
    "smollm2-135m": config("llama", 576, 1536, 9, 3, 64, 49152, True, theta=1e5),
    "llama-3.2-1b": config("llama", 2048, 8192, 32, 8, 64, 128256, True, 131072, 5e5, rope_scaling=LLAMA3_ROPE),
    "llama-3.1-8b": config("llama", 4096, 14336, 32, 8, 128, 128256, False, 131072, 5e5,
                           rope_scaling={**LLAMA3_ROPE, "factor": 8.0}),
    "qwen2.5-0.5b": config("qwen2", 896, 4864, 14, 2, 64, 151936, True, 32768, 1e6),
    "qwen2.5-7b": config("qwen2", 3584, 18944, 28, 4, 128, 152064, False, 32768, 1e6),
    "qwen3-0.6b": config("qwen3", 1024, 3072, 16, 8, 128, 151936, True, 40960, 1e6),
    "qwen3-8b": config("qwen3", 4096, 12288, 32, 8, 128, 151936, False, 40960, 1e6),
    "phi-3-mini": config("phi3", 3072, 8192, 32, 32, 96, 32064, False, 4096, sliding_window=2047),
    "phi-4-mini": config("phi3", 3072, 8192, 24, 8, 128, 200064, True, 4096, partial_rotary_factor=0.75),
    "mistral-7b": config("mistral", 4096, 14336, 32, 8, 128, 32768, False, 32768, 1e6, sliding_window=None),
    "gemma-2-2b": config("gemma2", 2304, 9216, 8, 4, 256, 256000, True, sliding_window=4096,
                         query_pre_attn_scalar=256, attn_logit_softcapping=50.0, final_logit_softcapping=30.0),
    "gemma-3-270m": config("gemma3_text", 640, 2048, 4, 1, 256, 262144, True, 32768, 1e6, sliding_window=512,
                           query_pre_attn_scalar=256, rope_local_base_freq=1e4, sliding_window_pattern=6),
    "gemma-3-1b": config("gemma3_text", 1152, 6912, 4, 1, 256, 262144, True, 32768, 1e6, sliding_window=512,
                         query_pre_attn_scalar=256, rope_local_base_freq=1e4, sliding_window_pattern=6),
    "smollm3-3b": config("smollm3", 2048, 11008, 16, 4, 128, 128256, True, 65536, 5e6, no_rope_layer_interval=4),
    "granite-3.3-2b": config("granite", 2048, 8192, 32, 8, 64, 49159, True, 131072, 1e7, attention_multiplier=0.015625,
                             embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22),
    "granite-3.1-1b-a400m": config("granitemoe", 1024, 512, 16, 8, 64, 49155, True, 131072, 1.5e6,
                                   attention_multiplier=0.015625, embedding_multiplier=12.0, logits_scaling=6.0,
                                   residual_multiplier=0.22, num_local_experts=32, num_experts_per_tok=8),
    "olmoe-1b-7b": config("olmoe", 2048, 1024, 16, 16, 128, 50304, False, 4096, num_experts=64, num_experts_per_tok=8,
                          norm_topk_prob=False),
    "qwen3-30b-a3b": config("qwen3_moe", 2048, 6144, 32, 4, 128, 151936, False, 40960, 1e6, num_experts=128,
                            num_experts_per_tok=8, moe_intermediate_size=768, norm_topk_prob=True,
                            decoder_sparse_step=1, mlp_only_layers=[]),
    "gpt-oss-20b": config("gpt_oss", 2880, 2880, 64, 8, 64, 201088, False, 131072, 1.5e5, epsilon=1e-5,
                          num_local_experts=32, num_experts_per_tok=4, sliding_window=128, attention_bias=True,
                          rope_scaling={"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
                                        "truncate": False, "original_max_position_embeddings": 4096}),
    "olmo-2-1b": config("olmo2", 2048, 8192, 16, 16, 128, 100352, False, 4096, 5e5),
    "glm-4-9b": config("glm4", 4096, 13696, 32, 2, 128, 151552, False, 32768, partial_rotary_factor=0.5,
                       attention_bias=True),
    "gemma-4-26b-a4b": config("gemma4_text", 2816, 2112, 16, 8, 256, 262144, True, 262144, sliding_window=1024,
                              sliding_window_pattern=6, enable_moe_block=True, num_experts=128, top_k_experts=8,
                              moe_intermediate_size=704, global_head_dim=512, num_global_key_value_heads=2,
                              attention_k_eq_v=True, hidden_size_per_layer_input=0, num_kv_shared_layers=0,
                              final_logit_softcapping=30.0),
    # Shapes that the others do not have: heads of 80, one key head for many, windows in all layers, widths and vocabularies
    # that are no multiples of 64.
    "tinyllama-1.1b": config("llama", 2048, 5632, 32, 4, 64, 32001, False, 2048),
    "smollm2-360m": config("llama", 960, 2560, 15, 5, 64, 49152, True, theta=1e5),
    "llama-3.2-3b": config("llama", 3072, 8192, 24, 8, 128, 128256, True, 131072, 5e5, rope_scaling=LLAMA3_ROPE),
    "qwen2.5-1.5b": config("qwen2", 1536, 8960, 12, 2, 128, 151936, True, 32768, 1e6),
    "qwen3-4b": config("qwen3", 2560, 9728, 32, 8, 128, 151936, True, 40960, 1e6),
    "danube-1.8b": config("mistral", 2560, 6912, 32, 8, 80, 32000, False, 16384, sliding_window=4096),
    "gemma-2b": config("gemma", 2048, 16384, 8, 1, 256, 256000, True),
    "gemma-3-4b": config("gemma3_text", 2560, 10240, 8, 4, 256, 262208, True, 131072, 1e6, sliding_window=1024,
                         query_pre_attn_scalar=256, rope_local_base_freq=1e4, sliding_window_pattern=6),
    "phi-2": config("phi", 2560, 10240, 32, 32, 80, 51200, False, 2048, hidden_act="gelu_new", layer_norm_eps=1e-5,
                    partial_rotary_factor=0.4),
    "stablelm-3b": config("stablelm", 2560, 6912, 32, 32, 80, 50304, False, 4096, layer_norm_eps=1e-5,
                          partial_rotary_factor=0.25),
    "starcoder2-3b": config("starcoder2", 3072, 12288, 24, 2, 128, 49152, True, 16384, 1e6,
                            hidden_act="gelu_pytorch_tanh", sliding_window=4096, use_bias=True),
    "falcon-7b": config("falcon", 4544, 18176, 71, 1, 64, 65024, True, 2048, multi_query=True, parallel_attn=True),
    "exaone-4-1.2b": config("exaone4", 2048, 4096, 32, 8, 64, 102400, True, 65536, 1e6, sliding_window=None,
                            layer_types=None),
}
# How many layers a model is judged with, where not two: one is enough for those that are large.
LAYERS = {"quick": 1, "quick-moe": 1, "qwen3-30b-a3b": 1, "olmoe-1b-7b": 1, "gpt-oss-20b": 1,
          "gemma-4-26b-a4b": 1}


def tensors(c):
    """Name and shape of each weight of a configuration."""
    kind, hidden, size = c["model_type"], c["hidden_size"], c["head_dim"]
    if kind in ("falcon", "gemma4_text"):
        yield from (falcon_tensors if kind == "falcon" else gemma4_tensors)(c)
        return
    queries, keys = c["num_attention_heads"] * size, c["num_key_value_heads"] * size
    biased = ["q", "k", "v"] if kind == "qwen2" or c.get("attention_bias") else []
    if kind in ("phi", "starcoder2", "gpt_oss"):
        biased = ["q", "k", "v", "o", "dense"]
    yield "model.embed_tokens.weight", (c["vocab_size"], hidden)
    for layer in range(c["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        if kind == "phi3":
            matrices = {"qkv": (queries + 2 * keys, hidden), "o": (hidden, queries)}
        else:
            matrices = {"q": (queries, hidden), "k": (keys, hidden), "v": (keys, hidden), "o": (hidden, queries)}
        for name, shape in matrices.items():
            module = at + ("self_attn.dense" if kind == "phi" and name == "o" else f"self_attn.{name}_proj")
            yield module + ".weight", shape
            if name in biased:
                yield module + ".bias", shape[:1]
        if kind == "gpt_oss":
            yield at + "self_attn.sinks", (c["num_attention_heads"],)
        yield from feed_forward_tensors(c, at)
        if kind in ("qwen3", "qwen3_moe", "gemma3_text", "exaone4"):
            yield at + "self_attn.q_norm.weight", (size,)
            yield at + "self_attn.k_norm.weight", (size,)
        if kind in ("olmo2", "olmoe"):
            yield at + "self_attn.q_norm.weight", (queries,)
            yield at + "self_attn.k_norm.weight", (keys,)
        norms = ["input_layernorm", "post_attention_layernorm"]
        if kind == "phi":
            norms = ["input_layernorm"]
        if kind in ("gemma2", "gemma3_text"):
            norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
        if kind in ("olmo2", "exaone4"):
            norms = ["post_attention_layernorm", "post_feedforward_layernorm"]
        if kind == "glm4":
            norms += ["post_self_attn_layernorm", "post_mlp_layernorm"]
        for norm in norms:
            yield from norm_tensors(c, at + norm)
    yield from norm_tensors(c, "model.final_layernorm" if kind == "phi" else "model.norm")
    if not c["tie_word_embeddings"]:
        yield "lm_head.weight", (c["vocab_size"], hidden)
        if kind == "phi":
            yield "lm_head.bias", (c["vocab_size"],)


def norm_tensors(c, at):
    yield at + ".weight", (c["hidden_size"],)
    if c["model_type"] in ("phi", "stablelm", "starcoder2", "falcon"):
        yield at + ".bias", (c["hidden_size"],)


def feed_forward_tensors(c, layer):
    """What a layer has besides attention and norms."""
    at = layer + "mlp."
    kind, hidden, inner = c["model_type"], c["hidden_size"], c["intermediate_size"]
    if kind in ("olmoe", "qwen3_moe"):
        yield at + "gate.weight", (c["num_experts"], hidden)
        width = c.get("moe_intermediate_size", inner)
        for expert in range(c["num_experts"]):
            for name, shape in (("gate", (width, hidden)), ("up", (width, hidden)), ("down", (hidden, width))):
                yield at + f"experts.{expert}.{name}_proj.weight", shape
    elif kind == "granitemoe":
        count = c["num_local_experts"]
        yield layer + "block_sparse_moe.router.layer.weight", (count, hidden)
        yield layer + "block_sparse_moe.input_linear.weight", (count, 2 * inner, hidden)
        yield layer + "block_sparse_moe.output_linear.weight", (count, hidden, inner)
    elif kind == "gpt_oss":
        count = c["num_local_experts"]
        yield at + "router.weight", (count, hidden)
        yield at + "router.bias", (count,)
        yield at + "experts.gate_up_proj", (count, hidden, 2 * inner)
        yield at + "experts.gate_up_proj_bias", (count, 2 * inner)
        yield at + "experts.down_proj", (count, inner, hidden)
        yield at + "experts.down_proj_bias", (count, hidden)
    elif kind in ("phi", "starcoder2"):
        into, out = ("fc1", "fc2") if kind == "phi" else ("c_fc", "c_proj")
        for name, shape in ((into, (inner, hidden)), (out, (hidden, inner))):
            yield at + name + ".weight", shape
            yield at + name + ".bias", shape[:1]
    else:
        if kind in ("phi3", "glm4"):
            yield at + "gate_up_proj.weight", (2 * inner, hidden)
        else:
            yield at + "gate_proj.weight", (inner, hidden)
            yield at + "up_proj.weight", (inner, hidden)
        yield at + "down_proj.weight", (hidden, inner)


def falcon_tensors(c):
    hidden, inner, size = c["hidden_size"], c["intermediate_size"], c["head_dim"]
    yield "transformer.word_embeddings.weight", (c["vocab_size"], hidden)
    for layer in range(c["num_hidden_layers"]):
        at = f"transformer.h.{layer}."
        yield at + "self_attention.query_key_value.weight", ((c["num_attention_heads"] + 2) * size, hidden)
        yield at + "self_attention.dense.weight", (hidden, hidden)
        yield at + "mlp.dense_h_to_4h.weight", (inner, hidden)
        yield at + "mlp.dense_4h_to_h.weight", (hidden, inner)
        yield from norm_tensors(c, at + "input_layernorm")
    yield from norm_tensors(c, "transformer.ln_f")


def gemma4_tensors(c):
    """Mixtures only; layers that see everything have larger heads, and their keys are their values."""
    hidden, count, width = c["hidden_size"], c["num_experts"], c["moe_intermediate_size"]
    yield "model.embed_tokens.weight", (c["vocab_size"], hidden)
    for layer, kind in enumerate(c["layer_types"]):
        at, size, shared = f"model.layers.{layer}.", c["head_dim"], c["num_key_value_heads"]
        if kind == "full_attention":
            size, shared = c["global_head_dim"], c["num_global_key_value_heads"]
        rows = c["num_attention_heads"] * size
        yield at + "self_attn.q_proj.weight", (rows, hidden)
        yield at + "self_attn.k_proj.weight", (shared * size, hidden)
        if kind != "full_attention":
            yield at + "self_attn.v_proj.weight", (shared * size, hidden)
        yield at + "self_attn.o_proj.weight", (hidden, rows)
        for name in ("q_norm", "k_norm"):
            yield at + f"self_attn.{name}.weight", (size,)
        for name in ("gate_proj", "up_proj"):
            yield at + f"mlp.{name}.weight", (c["intermediate_size"], hidden)
        yield at + "mlp.down_proj.weight", (hidden, c["intermediate_size"])
        yield at + "router.proj.weight", (count, hidden)
        yield at + "router.scale", (hidden,)
        yield at + "router.per_expert_scale", (count,)
        yield at + "experts.gate_up_proj", (count, 2 * width, hidden)
        yield at + "experts.down_proj", (count, hidden, width)
        names = ["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm",
                 "pre_feedforward_layernorm_2", "post_feedforward_layernorm_1", "post_feedforward_layernorm_2"]
        for name in names:
            yield at + name + ".weight", (hidden,)
    yield "model.norm.weight", (hidden,)


def noise(count):
    """Normally distributed numbers in half precision; Python's own, so that nothing needs to be installed."""
    source = random.Random(7)
    return struct.pack(f"<{count}e", *(source.gauss(0, 0.02) for _ in range(count)))


def write(name, folder, layers=None, vocabulary=None):
    """Writes a checkpoint. Where a pattern of layers is longer than so few, the last layer shows what is rare in it."""
    c = dict(MODELS[name])
    count = c["num_hidden_layers"] = layers or LAYERS.get(name, 2)
    c["vocab_size"] = min(c["vocab_size"], vocabulary or c["vocab_size"])
    if c["model_type"] in ("gemma2", "gemma3_text", "gemma4_text"):
        period = min(c.get("sliding_window_pattern", 2), count)
        c["layer_types"] = ["full_attention" if (i + 1) % period == 0 else "sliding_attention" for i in range(count)]
    if c["model_type"] == "gemma4_text":
        c["layer_types"][-1] = "full_attention"
    if c["model_type"] == "smollm3":
        period = min(c["no_rope_layer_interval"], count)
        c["no_rope_layers"] = [int((i + 1) % period != 0) for i in range(count)]
    c = {key: value for key, value in c.items() if value is not None or key == "sliding_window"}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(c, file, indent=2)
    # A prime number of them, so that no two rows are alike: the compiler keeps equal constants once.
    pool = noise(1_048_583)
    header, at = {}, 0
    for key, shape in tensors(c):
        length = 2 * math.prod(shape)
        header[key] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, at + length]}
        at += length
    text = json.dumps(header).encode()
    with open(os.path.join(folder, "model.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for index, entry in enumerate(header.values()):
            left, start = entry["data_offsets"][1] - entry["data_offsets"][0], 2 * (7919 * index % (len(pool) // 2))
            while left:
                piece = pool[start:start + left]
                file.write(piece)
                left, start = left - len(piece), 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print("\n".join(MODELS))
    else:
        write(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:5]))
