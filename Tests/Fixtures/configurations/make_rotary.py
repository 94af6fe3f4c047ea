"""Writes what transformers makes of rotary keys that stand beside each other, and of keys that are left out:
configurations.json, a list of {"config", "rope", "windows"}.

    python make_rotary.py      (transformers==5.24.0; 5.5.4 gives the same)
"""
import json, os
from transformers import AutoConfig

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
LONG = {"type": "longrope", "long_factor": [2.0] * 8, "short_factor": [1.0] * 8, "short_mscale": 1.0, "long_mscale": 1.0,
        "original_max_position_embeddings": 64}
LINEAR = {"type": "linear", "factor": 4.0}
DEFAULT = {"rope_theta": 1e6, "rope_type": "default"}
SIZES = dict(hidden_size=64, num_attention_heads=4, num_key_value_heads=2, num_hidden_layers=8, vocab_size=320,
             intermediate_size=128, max_position_embeddings=256, head_dim=16)
CASES = [
    dict(model_type="llama", rope_parameters=DEFAULT, rope_scaling=LINEAR),
    dict(model_type="llama", rope_parameters=DEFAULT, rope_scaling=LINEAR, rope_theta=5e5),
    dict(model_type="llama", rope_parameters=DEFAULT, rope_scaling={}),
    dict(model_type="llama", rope_parameters=None, rope_scaling=LINEAR, rope_theta=1e4),
    dict(model_type="llama", rope_parameters={"rope_theta": 1e6, "rope_type": "linear", "factor": 2.0}, rope_scaling=LINEAR),
    dict(model_type="qwen3", rope_parameters=DEFAULT, rope_scaling=YARN),
    dict(model_type="mixtral"), dict(model_type="cohere"), dict(model_type="helium"), dict(model_type="smollm3"),
    dict(model_type="gemma3_text", rope_scaling={"rope_type": "linear", "factor": 8.0}),
    dict(model_type="gemma3_text", rope_theta=5e5, rope_local_base_freq=7e3),
    dict(model_type="gemma3_text", _sliding_window_pattern=3),
    dict(model_type="gemma3_text", sliding_window_pattern=3), dict(model_type="gemma2"), dict(model_type="exaone4"),
    dict(model_type="exaone4", sliding_window_pattern=3), dict(model_type="mistral"), dict(model_type="phi3"),
    dict(model_type="mistral", sliding_window=None),
    dict(model_type="qwen2", use_sliding_window=True, max_window_layers=0, sliding_window=8),
    dict(model_type="qwen2", use_sliding_window=True, max_window_layers=3, sliding_window=8),
    dict(model_type="llama", rope_scaling=YARN, original_max_position_embeddings=32),
    dict(model_type="llama", rope_scaling={"rope_type": "yarn", "factor": 4.0}),
    dict(model_type="llama", rope_parameters={**YARN, "rope_theta": 1e4}, original_max_position_embeddings=128),
    dict(model_type="phi3", rope_scaling=LONG), dict(model_type="phi3", rope_scaling=LONG, original_max_position_embeddings=32),
    dict(model_type="phimoe", rope_scaling=LONG, original_max_position_embeddings=32),
]

out = []
for case in CASES:
    case = {**SIZES, **case}
    config = AutoConfig.for_model(**json.loads(json.dumps(case)))
    rope = config.rope_parameters
    full = rope.get("full_attention", rope)
    types = getattr(config, "layer_types", None)
    window = getattr(config, "sliding_window", None)
    if types: windows = [window if kind == "sliding_attention" else None for kind in types]
    else: windows = [window] * config.num_hidden_layers
    out.append({"config": case, "type": full["rope_type"], "theta": full["rope_theta"], "factor": full.get("factor"),
                "original": full.get("original_max_position_embeddings"),
                "local_theta": rope.get("sliding_attention", {}).get("rope_theta"), "windows": windows})
json.dump(out, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "configurations.json"), "w"), indent=1)
