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
             "granitemoe": "GraniteMoeForCausalLM", "olmoe": "OlmoeForCausalLM", "qwen3_moe": "Qwen3MoeForCausalLM"}
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
    "olmo-2-1b": config("olmo2", 2048, 8192, 16, 16, 128, 100352, False, 4096, 5e5),
    "glm-4-9b": config("glm4", 4096, 13696, 32, 2, 128, 151552, False, 32768, partial_rotary_factor=0.5,
                       attention_bias=True),
    "exaone-4-1.2b": config("exaone4", 2048, 4096, 32, 8, 64, 102400, True, 65536, 1e6, sliding_window=None,
                            layer_types=None),
}
# How many layers a model is judged with, where not two: one is enough for those that are large.
LAYERS = {"quick": 1, "quick-moe": 1, "qwen3-30b-a3b": 1, "olmoe-1b-7b": 1}


def tensors(c):
    """Name and shape of each weight of a configuration."""
    kind, hidden, inner, size = c["model_type"], c["hidden_size"], c["intermediate_size"], c["head_dim"]
    queries, keys = c["num_attention_heads"] * size, c["num_key_value_heads"] * size
    yield "model.embed_tokens.weight", (c["vocab_size"], hidden)
    for layer in range(c["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        if kind == "phi3":
            yield at + "self_attn.qkv_proj.weight", (queries + 2 * keys, hidden)
        else:
            for name, rows in (("q", queries), ("k", keys), ("v", keys)):
                yield at + f"self_attn.{name}_proj.weight", (rows, hidden)
                if kind == "qwen2" or c.get("attention_bias"):
                    yield at + f"self_attn.{name}_proj.bias", (rows,)
        yield at + "self_attn.o_proj.weight", (hidden, queries)
        if kind in ("olmoe", "qwen3_moe"):
            yield at + "mlp.gate.weight", (c["num_experts"], hidden)
            for expert in range(c["num_experts"]):
                width = c.get("moe_intermediate_size", inner)
                for name, shape in (("gate", (width, hidden)), ("up", (width, hidden)), ("down", (hidden, width))):
                    yield at + f"mlp.experts.{expert}.{name}_proj.weight", shape
        elif kind == "granitemoe":
            count = c["num_local_experts"]
            yield at + "block_sparse_moe.router.layer.weight", (count, hidden)
            yield at + "block_sparse_moe.input_linear.weight", (count, 2 * inner, hidden)
            yield at + "block_sparse_moe.output_linear.weight", (count, hidden, inner)
        elif kind in ("phi3", "glm4"):
            yield at + "mlp.gate_up_proj.weight", (2 * inner, hidden)
        else:
            yield at + "mlp.gate_proj.weight", (inner, hidden)
            yield at + "mlp.up_proj.weight", (inner, hidden)
        if kind not in ("granitemoe", "olmoe", "qwen3_moe"):
            yield at + "mlp.down_proj.weight", (hidden, inner)
        if kind in ("qwen3", "qwen3_moe", "gemma3_text", "exaone4"):
            yield at + "self_attn.q_norm.weight", (size,)
            yield at + "self_attn.k_norm.weight", (size,)
        if kind in ("olmo2", "olmoe"):
            yield at + "self_attn.q_norm.weight", (queries,)
            yield at + "self_attn.k_norm.weight", (keys,)
        norms = ["input_layernorm", "post_attention_layernorm"]
        if kind.startswith("gemma"):
            norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
        if kind in ("olmo2", "exaone4"):
            norms = ["post_attention_layernorm", "post_feedforward_layernorm"]
        if kind == "glm4":
            norms += ["post_self_attn_layernorm", "post_mlp_layernorm"]
        for norm in norms:
            yield at + norm + ".weight", (hidden,)
    yield "model.norm.weight", (hidden,)
    if not c["tie_word_embeddings"]:
        yield "lm_head.weight", (c["vocab_size"], hidden)


def noise(count):
    """Normally distributed numbers in half precision; Python's own, so that nothing needs to be installed."""
    source = random.Random(7)
    return struct.pack(f"<{count}e", *(source.gauss(0, 0.02) for _ in range(count)))


def write(name, folder, layers=None, vocabulary=None):
    """Writes a checkpoint. Where a pattern of layers is longer than so few, the last layer shows what is rare in it."""
    c = dict(MODELS[name])
    count = c["num_hidden_layers"] = layers or LAYERS.get(name, 2)
    c["vocab_size"] = min(c["vocab_size"], vocabulary or c["vocab_size"])
    if c["model_type"].startswith("gemma"):
        period = min(c.get("sliding_window_pattern", 2), count)
        c["layer_types"] = ["full_attention" if (i + 1) % period == 0 else "sliding_attention" for i in range(count)]
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
