"""Writes tiny random models of each family into gguf/models: NAME.safetensors and NAME.json (the configuration) as
transformers 5.5.4 has them, NAME.gguf as llama.cpp's convert_hf_to_gguf.py makes it of them.

The converter is not part of this project: put convert_hf_to_gguf.py and the folder gguf-py of llama.cpp (May 2025)
into a folder and name it. It needs no tokenizer here. Families that it does not know yet are written by hand, with
the names of the gguf package and the layouts of the Llama converter.

    python make_gguf_models.py FOLDER
"""

import glob
import json
import os
import shutil
import sys
import tempfile

converter = sys.argv[1]
sys.path[:0] = [os.path.join(converter, "gguf-py"), converter]
import convert_hf_to_gguf as convert  # noqa: E402
import gguf  # noqa: E402
import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402
from transformers.models.auto.configuration_auto import CONFIG_MAPPING  # noqa: E402

# The converter asks transformers for the configuration, which has other keys by now.
convert.ModelBase.load_hparams = staticmethod(lambda folder: json.load(open(os.path.join(folder, "config.json"))))
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gguf", "models")


def base(h=32, L=1, heads=4, kv=2, inter=48, V=40, **kw):
    d = dict(hidden_size=h, num_hidden_layers=L, num_attention_heads=heads, num_key_value_heads=kv,
             intermediate_size=inter, vocab_size=V, max_position_embeddings=256, bos_token_id=1, eos_token_id=2,
             pad_token_id=0)
    d.update(kw)
    return d


llama3 = dict(rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8192)
longrope = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.0, 1.5, 2.0, 2.5],
                long_factor=[1.0, 2.0, 4.0, 8.0], original_max_position_embeddings=64)
models = {
    "llama": ("llama", base()),
    "llama-bias": ("llama", base(attention_bias=True, mlp_bias=True, head_dim=16)),
    "llama3": ("llama", base(rope_parameters=llama3, tie_word_embeddings=True, head_dim=8)),
    "llama-linear": ("llama", base(rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0))),
    "mixtral": ("mixtral", base(num_local_experts=3, num_experts_per_tok=2, sliding_window=None, head_dim=8)),
    "qwen2": ("qwen2", base(tie_word_embeddings=True)),
    "qwen2-moe": ("qwen2_moe", base(num_experts=3, num_experts_per_tok=2, moe_intermediate_size=24,
                                    shared_expert_intermediate_size=40, norm_topk_prob=False)),
    "qwen3": ("qwen3", base(head_dim=16)),
    "qwen3-moe": ("qwen3_moe", base(num_experts=3, num_experts_per_tok=2, moe_intermediate_size=24, head_dim=16,
                                    norm_topk_prob=True)),
    "gemma": ("gemma", base(head_dim=16, kv=1)),
    "gemma2": ("gemma2", base(head_dim=16, query_pre_attn_scalar=16, sliding_window=8, L=2)),
    "gemma3": ("gemma3_text", base(head_dim=16, query_pre_attn_scalar=16, sliding_window=8, L=6, h=16, inter=16)),
    "phi": ("phi", base(kv=4, partial_rotary_factor=0.5)),
    "phi3": ("phi3", base(sliding_window=None)),
    "phi3-longrope": ("phi3", base(rope_parameters=longrope, original_max_position_embeddings=64,
                                   sliding_window=128)),
    "olmo": ("olmo", base(clip_qkv=8.0)),
    "olmo2": ("olmo2", base()),
    "granite": ("granite", base(embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22,
                                attention_multiplier=0.0625)),
    "granitemoe": ("granitemoe", base(num_local_experts=3, num_experts_per_tok=2, embedding_multiplier=12.0,
                                      logits_scaling=8.0, residual_multiplier=0.22, attention_multiplier=0.0625)),
    "starcoder2": ("starcoder2", base(sliding_window=None)),
    "stablelm": ("stablelm", base(partial_rotary_factor=0.25, use_parallel_residual=False)),
    "stablelm-norms": ("stablelm", base(partial_rotary_factor=0.25, qk_layernorm=True, use_parallel_residual=True,
                                        use_qkv_bias=True)),
    "gpt-neox": ("gpt_neox", dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=4, intermediate_size=48,
                                  vocab_size=40, max_position_embeddings=256, rotary_pct=0.25)),
    "gpt2": ("gpt2", dict(n_embd=32, n_layer=1, n_head=4, vocab_size=40, n_positions=64, n_ctx=64)),
    "cohere": ("cohere", base(logit_scale=0.25, use_qk_norm=True, model_max_length=256)),
    "glm4": ("glm4", base(head_dim=8, attention_bias=True)),
    "smollm3": ("smollm3", base(L=4, h=16, inter=16, no_rope_layers=[1, 1, 1, 0])),
    "exaone4": ("exaone4", base(L=4, h=16, inter=16, sliding_window=8, sliding_window_pattern=4)),
    "ernie4_5": ("ernie4_5", base(use_bias=False, head_dim=8)),
    "hunyuan-dense": ("hunyuan_v1_dense", base(head_dim=8)),
}
# Families that the converter of May 2025 does not know: architecture, whether query and key rows are permuted.
by_hand = {
    "smollm3": (gguf.MODEL_ARCH.LLAMA, "smollm3", True),
    "exaone4": (gguf.MODEL_ARCH.OLMO2, "exaone4", False),
    "ernie4_5": (gguf.MODEL_ARCH.LLAMA, "ernie4_5", False),
    "hunyuan-dense": (gguf.MODEL_ARCH.QWEN3, "hunyuan-dense", False),
}


def make_model(name, type, keys, folder, seed):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(CONFIG_MAPPING[type](**keys)).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    model.to(torch.float16).save_pretrained(folder)
    # The converter reads the spelling of transformers 4.
    path = os.path.join(folder, "config.json")
    config = json.load(open(path))
    rope = config.get("rope_parameters") or {}
    if "full_attention" in rope:
        rope, config["rope_local_base_freq"] = rope["full_attention"], rope["sliding_attention"]["rope_theta"]
    if "rope_theta" in rope:
        config["rope_theta"] = rope["rope_theta"]
    if "partial_rotary_factor" in rope:
        config["partial_rotary_factor"] = rope["partial_rotary_factor"]
        config["rotary_pct"] = rope["partial_rotary_factor"]
    if rope.get("rope_type", "default") != "default":
        config["rope_scaling"] = {**rope, "type": rope["rope_type"]}
    for key, value in keys.items():
        config.setdefault(key, value)
    if type.startswith("qwen"):
        config.pop("num_local_experts", None)
    config["torch_dtype"] = "float16"
    json.dump(config, open(path, "w"), indent=1, sort_keys=True)
    return config


def tensors(folder):
    result = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
        with safe_open(path, "pt") as file:
            result.update({key: file.get_tensor(key) for key in file.keys()})
    return result


def convert_model(folder, output):
    architecture = convert.ModelBase.load_hparams(convert.Path(folder))["architectures"][0]
    kind = convert.ModelBase.from_model_architecture(architecture)
    kind.set_vocab = lambda self: None
    kind._create_vocab_sentencepiece = lambda self: ([b""] * self.hparams["vocab_size"], [], [])
    with torch.inference_mode():
        kind(convert.Path(folder), gguf.LlamaFileType.MOSTLY_F16, convert.Path(output)).write()


def convert_by_hand(config, weights, output, arch, arch_name, permuted):
    names = gguf.get_tensor_name_map(arch, config["num_hidden_layers"])
    extra = {"query_layernorm": "attn_q_norm", "key_layernorm": "attn_k_norm"}
    writer = gguf.GGUFWriter(output, arch_name)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if config.get("head_dim"):
        writer.add_key_length(config["head_dim"])
    if config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    for name, tensor in weights.items():
        stem, suffix = name.rsplit(".", 1)
        stored = names.get_name(stem)
        if stored is None:
            parts = stem.split(".")
            stored = f"blk.{parts[2]}.{extra[parts[-1]]}"
        if permuted and stem.endswith(("q_proj", "k_proj")):
            heads = config["num_attention_heads" if stem.endswith("q_proj") else "num_key_value_heads"]
            tensor = convert.LlamaModel.permute(tensor, heads, heads)
        writer.add_tensor(f"{stored}.{suffix}", (tensor.float() if tensor.dim() < 2 else tensor).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


shutil.rmtree(here, ignore_errors=True)
os.makedirs(here)
for seed, (name, (type, keys)) in enumerate(models.items()):
    with tempfile.TemporaryDirectory() as folder:
        try:
            config = make_model(name, type, keys, folder, seed)
            weights = tensors(folder)
            output = os.path.join(here, name)
            if name in by_hand:
                convert_by_hand(config, weights, output + ".gguf", *by_hand[name])
            else:
                convert_model(folder, output + ".gguf")
            save_file(weights, output + ".safetensors")
            os.chmod(output + ".safetensors", 0o644)
            json.dump(config, open(output + ".json", "w"), indent=1, sort_keys=True)
        except Exception as error:
            print("FAILED", name, repr(error)[:300])
