"""Turns one option after the other of every family's configuration class, and some together, bakes what comes of it and
compares with transformers: whole prompt and token by token. Finds options that a family's file does not read.

    families_options.py OVEN SEED [FIRST LAST]   (transformers==5.24.0 torch openvino==2026.4.1 safetensors; FIRST and
                                                  LAST cut the list of families)

Prints a line per model: `ok`, `FAR` (more than 1e-4 from transformers), `refused` with what Oven says, or `none` where
transformers itself makes no model of it.
"""
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import openvino as ov
import torch
import transformers
from transformers import AutoModelForCausalLM, PretrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

sys.path.insert(0, str(Path(__file__).parent))
import families
from families_variants import M, randomize

# One variant stands for each model type; what these are about does not change what a model computes.
GENERAL = set(PretrainedConfig().to_dict()) - {"tie_word_embeddings"}
WITHOUT_EFFECT = ("dropout", "pdrop", "initializer", "aux_loss", "jitter", "use_cache", "router_logits", "token_id", "vocab",
                  "pretraining_tp", "max_position", "n_positions", "max_seq_len", "chunk_size", "time_step", "kernels",
                  "summary", "layerdrop", "z_loss", "_std", "dtype", "problem_type", "model_type", "n_ctx", "rescale_prenorm",
                  "init_device", "name_or_path", "verbose", "logit_scale_", "torch", "layer_norm_cross", "reference")
ACTIVATIONS = ("gelu", "relu2")
SHORT = dict(original_max_position_embeddings=16)
ROPES = {
    "linear": dict(rope_type="linear", factor=3.0),
    "dynamic": dict(rope_type="dynamic", factor=2.0),
    "yarn": dict(rope_type="yarn", factor=4.0, mscale=0.8, mscale_all_dim=0.5, beta_fast=8.0, beta_slow=2.0, truncate=False, **SHORT),
    "llama3": dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, **SHORT),
    "longrope": dict(rope_type="longrope", factor=4.0, **SHORT),
    "partial": dict(rope_type="default", partial_rotary_factor=0.5),
}
COUNTS = {
    "num_key_value_heads": (1,), "num_kv_heads": (1,), "head_dim": (24,), "num_experts_per_tok": (1, 3),
    "moe_k": (1, 3), "moe_topk": (1, 3), "n_shared_experts": (0, 2), "num_shared_expert": (0, 2), "moe_num_shared_experts": (0, 2),
    "first_k_dense_replace": (0, 2), "n_group": (1, 2), "topk_group": (1, 2), "num_dense_layers": (0, 2), "decoder_sparse_step": (1, 2),
    "moe_layer_interval": (1, 2), "moe_layer_start_index": (0, 1), "moe_layer_end_index": (1, -1), "sliding_window": (4, 200, None),
    "conv_L_cache": (2, 4), "conv_kernel": (2, 5), "mamba_d_conv": (2, 3), "linear_conv_kernel_dim": (2, 3), "mamba_n_groups": (1, 5),
    "n_groups": (1, 5), "full_attention_interval": (2, 3), "q_lora_rank": (None, 24), "sliding_window_pattern": (2, 3),
    "num_kv_shared_layers": (0, 1), "laurel_rank": (2,), "hidden_size_per_layer_input": (4,), "no_rope_layer_interval": (2,),
    "attention_chunk_size": (5,), "interleave_moe_layer_step": (1, 2, 3), "max_window_layers": (0, 2), "moe_normalize_expert_weights": (None, 1, 2),
    "clip_qkv": (0.3, None), "mamba_num_heads": (), "rotary_dim": (4,), "window_size": (3,), "attn_layer_offset": (0, 1),
    "expert_layer_offset": (0, 1), "expert_layer_period": (1, 2), "attn_layer_period": (2, 3), "floor_scale": (4,), "num_global_key_value_heads": (1,),
    "global_head_dim": (48,), "top_k_experts": (1,), "final_logit_softcapping": (None, 5.0), "attn_logit_softcapping": (None, 5.0),
    "moe_intermediate_size": (40,), "num_local_experts": (3,), "num_experts": (3,), "n_routed_experts": (12,), "mlp_only_layers": ([0], [1]),
    "shared_intermediate_size": (24,), "query_pre_attn_scalar": (7,), "altup_active_idx": (0, 1), "moe_shared_expert_intermediate_size": (16,),
    "moe_latent_size": (16,), "alibi_bias_max": (4,), "altup_num_inputs": (2, 3), "state_size": (4,), "expand": (), "mamba_dt_rank": (3,),
}


def alternatives(key, value):
    if key in COUNTS:
        return [a for a in COUNTS[key] if a != value]
    if isinstance(value, bool):
        return [not value]
    if key.endswith(("eps", "epsilon")):
        return [0.01]
    if isinstance(value, float):
        return [value * 1.7 if value else 0.3]
    if isinstance(value, str) and value in ("silu", "gelu", "gelu_new", "relu", "relu2", "gelu_pytorch_tanh", "swish", "gelu_fast", "xielu"):
        return [a for a in ACTIVATIONS if a != value]
    return []


def cases(settings, config):
    yield "as-is", settings
    for key, value in config.to_dict().items():
        if key in GENERAL or any(w in key for w in WITHOUT_EFFECT):
            continue
        if key == "rope_parameters" and isinstance(value, dict) and "rope_type" in value:
            size = config.to_dict().get("qk_rope_head_dim") or getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
            for name, parameters in ROPES.items():
                new = dict(rope_theta=value.get("rope_theta", 10000.0), **parameters)
                for kept in ("partial_rotary_factor", "mrope_section", "mrope_interleaved", "llama_4_scaling_beta"):
                    if kept in value and kept not in new:
                        new[kept] = value[kept]
                if name == "longrope":
                    half = int(size * new.get("partial_rotary_factor", 1.0)) // 2
                    new |= dict(short_factor=[1.0 + 0.1 * i for i in range(half)], long_factor=[1.0 + 0.7 * i for i in range(half)])
                yield f"rope-{name}", settings | dict(rope_parameters=new)
        if key == "rope_parameters" and isinstance(value, dict) and "rope_type" not in value:
            for part in value:
                for name in ("linear", "yarn", "llama3", "partial"):
                    new = copy.deepcopy(value)
                    new[part] = dict(rope_theta=value[part].get("rope_theta", 10000.0), **ROPES[name])
                    yield f"rope-{part}-{name}", settings | dict(rope_parameters=new)
        for other in alternatives(key, value):
            yield f"{key}={other}", settings | {key: other}
        if isinstance(value, dict) and key in ("attn_config", "ffn_config"):
            for inner, v in value.items():
                if any(w in inner for w in WITHOUT_EFFECT):
                    continue
                for other in alternatives(inner, v):
                    yield f"{inner}={other}", settings | {key: settings.get(key, {}) | {inner: other}}


def combinations(settings, single, seed, count=3):
    """Several options at once, as they fall."""
    dice = random.Random(seed)
    for _ in range(count):
        chosen, together = dice.sample(single[1:], min(4, len(single) - 1)), dict(settings)
        for _, changed in chosen:
            together |= {k: v for k, v in changed.items() if k not in settings or settings[k] != v}
        yield "+".join(label for label, _ in chosen), together


def check(oven, work, kind, settings, seed):
    folder, baked = work + "/model", work + "/baked"
    for path in (folder, baked):
        shutil.rmtree(path, ignore_errors=True)
    try:
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(CONFIG_MAPPING[kind](**settings), attn_implementation="eager").eval()
        generator = torch.Generator().manual_seed(seed)
        randomize(model, generator)
        model.save_pretrained(folder)
        way = "sdpa" if kind == "falcon" and settings.get("alibi") else "eager"
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation=way).eval()
        ids = torch.randint(3, 200, (1, 37), generator=generator)
        with torch.no_grad():
            logits = model(ids, use_cache=False).logits.float().numpy()
        if not np.isfinite(logits).all():
            return "none not finite"
    except Exception as failure:
        return f"none {type(failure).__name__} {str(failure).strip()[:100]}".replace("\n", " ")
    run = subprocess.run([oven, "bake", folder, "-o", baked, "--weight-format", "fp32", "--no-tokenizer"], capture_output=True, text=True)
    if run.returncode:
        return "refused " + " ".join(run.stderr.split())[-250:]
    reference = dict(input_ids=ids.numpy(), logits=logits)
    try:
        compiled = families.CORE.compile_model(baked + "/openvino_model.xml", "CPU", families.EXACT)
        whole = families.error(families.run(families.Stateful(compiled), reference["input_ids"]), logits)
        steps = families.check_steps(compiled, reference)
    except Exception as failure:
        return "FAR does not run: " + str(failure).strip().split("\n")[-1][:150]
    return f"{'ok' if max(whole, steps) < 1e-4 else 'FAR'} {whole:.1e} {steps:.1e}"


def main():
    oven, seed = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    chosen = {}
    for name, (kind, settings, _) in M.items():
        chosen.setdefault(kind, (name, settings))
    part = slice(*(int(a) for a in sys.argv[3:5])) if len(sys.argv) > 3 else slice(None)
    with tempfile.TemporaryDirectory() as work:
        for kind, (name, settings) in list(chosen.items())[part]:
            single = list(cases(settings, CONFIG_MAPPING[kind](**settings)))
            for label, changed in single + list(combinations(settings, single, seed)):
                print(kind, label, check(oven, work, kind, changed, seed), flush=True)


if __name__ == "__main__":
    main()
