"""Bakes a GGUF with optimum-cli as a user would who gives no options, for comparisons.

    python optimum_bake.py MODEL.gguf TOKENIZER FOLDER [OPTION ...]

transformers reads the GGUF and saves the dequantised weights in 16 bits; optimum-cli, with the options if there are any,
makes OpenVINO IR of those. TOKENIZER is a folder with the model's tokenizer files, such as a baked one: what transformers
recovers from a GGUF's metadata is another tokenizer. Needs optimum-intel[openvino], gguf, accelerate, and PyTorch.
"""
import os
import shutil
import subprocess
import sys
import tempfile

import torch
from transformers import AutoModelForCausalLM


def main():
    gguf, tokenizer, folder, *options = sys.argv[1:]
    place, name = os.path.split(os.path.abspath(gguf))
    with tempfile.TemporaryDirectory() as source:
        model = AutoModelForCausalLM.from_pretrained(place, gguf_file=name, dtype=torch.float16)
        model.save_pretrained(source)
        for file in os.listdir(tokenizer):
            if file.endswith(".jinja") or file.endswith(".json") and file not in ("config.json", "oven.json"):
                shutil.copy(os.path.join(tokenizer, file), source)
        program = os.path.join(os.path.dirname(sys.executable), "optimum-cli")
        command = [program, "export", "openvino", "--model", source, "--task", "text-generation-with-past"]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        subprocess.run([*command, *options, folder], check=True, env=environment)


main()
