"""Writes what the configuration classes of transformers 5.24 take for keys that a config.json leaves out.

    python make_defaults.py OUT.swift          (transformers==5.24.0)

Only keys that decide what is computed; a default of None says that other keys decide, and is left out.
"""
import json, sys, textwrap
from transformers import CONFIG_MAPPING

FAMILIES = """qwen2_vl_text qwen2_5_vl_text qwen3_vl_text qwen3_vl_moe_text glm4v_text cohere cohere2 ernie4_5 ernie4_5_moe exaone4 gemma gemma2 gemma3_text gemma3n_text gemma4_text glm4 glm
glm4_moe glm4_moe_lite gpt2 gpt_neox gpt_neo gptj gpt_bigcode codegen granite granitemoe granitemoeshared
granitemoehybrid helium hunyuan_v1_dense hunyuan_v1_moe llama llama4_text mistral ministral ministral3 mixtral
minimax_m2 minicpm3 olmo olmo2 olmo3 olmoe opt phi phi3 phimoe qwen2 qwen2_moe qwen3 qwen3_moe qwen3_next
qwen3_5_text qwen3_5_moe_text smollm3 stablelm starcoder2 seed_oss apertus arcee bitnet lfm2 lfm2_moe falcon
falcon_h1 falcon_mamba bamba zamba2 jamba mamba mamba2 nemotron nemotron_h deepseek_v2 deepseek_v3 gpt_oss bloom
mpt xglm persimmon biogpt dbrx""".split()
NOISE = set("""initializer_range use_cache pretraining_tp output_router_logits router_aux_loss_coef is_decoder
output_attentions return_dict dtype chunk_size_feed_forward is_encoder_decoder problem_type router_jitter_noise
output_hidden_states transformers_version model_type base_config_key attribute_map keys_to_ignore_at_inference
rescale_prenorm_residual use_mambapy use_associative_scan scale_embedding_init summary_type summary_use_proj summary_first_dropout
summary_proj_to_labels has_no_defaults_at_init default_theta input_jitter_noise sep_token_id eod_token_id reorder_and_upcast_attn
z_loss_coef load_balance_coeff time_step_init_scheme loss_type gradient_checkpointing init_std layerdrop scale_embedding_gradients
runner_type pad_token_id bos_token_id eos_token_id decoder_start_token_id tie_word_embeddings attn_config add_cross_attention""".split())

def defaults(name):
    cls = CONFIG_MAPPING[name]
    out = {}
    for field, spec in cls.__dataclass_fields__.items():
        value = getattr(cls, field, None)
        if field in NOISE or field.startswith("_") or "dropout" in field or "jitter" in field: continue
        if field.startswith("summary") or value is None: continue
        if not isinstance(value, (bool, int, float, str)): continue
        # Heads that share nothing, and windows of no length, are what the absence of the key means.
        if field == "num_key_value_heads" and value == cls.num_attention_heads: continue
        if field == "sliding_window" and value == 0: continue
        out[field] = value
    if cls.default_theta and isinstance(cls.default_theta, (int, float)) and cls.default_theta != 10000:
        out["rope_theta"] = cls.default_theta
    out["tie_word_embeddings"] = bool(getattr(cls, "tie_word_embeddings", False))
    return out

def main(out):
    lines = []
    for name in sorted(FAMILIES):
        try: text = json.dumps(defaults(name))
        except KeyError: print("no", name, file=sys.stderr); continue
        lines += textwrap.wrap(f'"{name}": {text},', 102, break_long_words=False, break_on_hyphens=False)
    lines[-1] = lines[-1].rstrip(",")
    body = "\n".join("      " + line for line in lines)
    open(out, "w").write(f'''/// What the configuration classes of transformers 5.24 take for keys that a `config.json` leaves out.
///
/// Written by `Tests/Fixtures/configurations/make_defaults.py`; only keys that decide what is computed. Keys whose
/// default depends on other keys are not here: the families compute those.
package enum TransformersDefaults {{
  /// A member for each model type.
  static let text = """
    {{
{body}
    }}
    """
}}
''')

main(sys.argv[1])
