"""Makes an adapter of PEFT for the tiny model `llama`, and the weights that PEFT merges:

    python make_lora.py          (transformers 5.24, peft 0.21.2; the model beside this folder)

plain/, rslora/ (with patterns, and the embedding), merged.safetensors: all weights with plain merged at scale 1 and
rslora at 0.5 after it.
"""
import os, shutil, torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

here = os.path.dirname(os.path.abspath(__file__))
base = os.path.join(here, "..", "tiny", "llama")

def adapter(name, seed, **options):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    peft = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", base_model_name_or_path="tiny/llama", **options))
    for key, value in peft.named_parameters():
        if "lora_" in key: torch.nn.init.normal_(value, std=0.2)
    peft.save_pretrained(os.path.join(here, name), save_embedding_layers=False)
    # Not where the base lay on this machine.
    config = os.path.join(here, name, "adapter_config.json")
    text = open(config).read().replace(base, "tiny/llama")
    open(config, "w").write(text)
    readme = os.path.join(here, name, "README.md")
    if os.path.exists(readme): os.remove(readme)

adapter("plain", 1, r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"])
adapter("rslora", 2, r=4, lora_alpha=4, use_rslora=True, target_modules=["q_proj", "embed_tokens", "lm_head"],
        rank_pattern={"layers.0.self_attn.q_proj": 2}, alpha_pattern={"layers.0.self_attn.q_proj": 6})
model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
model = PeftModel.from_pretrained(model, os.path.join(here, "plain")).merge_and_unload()
peft = PeftModel.from_pretrained(model, os.path.join(here, "rslora"))
for module in peft.modules():
    if hasattr(module, "scaling") and isinstance(module.scaling, dict):
        for key in module.scaling: module.scaling[key] *= 0.5
merged = peft.merge_and_unload()
save_file({k: v.contiguous().clone() for k, v in merged.state_dict().items()}, os.path.join(here, "merged.safetensors"))
