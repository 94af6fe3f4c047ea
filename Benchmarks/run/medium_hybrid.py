"""A Qwen 3.5 of 0.55 billion random parameters, of the shape of the 0.8B with a smaller vocabulary, to time and to compare.

    medium_hybrid.py make FOLDER TOKENIZER        the checkpoint, with the tokenizer's files of a folder beside it
    medium_hybrid.py export FOLDER OUT            optimum-intel's INT4 of it, in the groups and to the ratio that Oven takes
    medium_hybrid.py far FOLDER BAKED [BAKED …]   how far each is from the float32 model: weights and logits

All need optimum-intel[openvino]==2.2.0 with transformers==5.2.0, the last with which it exports Qwen 3.5. Logits of random weights say nothing about answers;
they do say which of two formats of equal size loses more.
"""
import json
import os
import shutil
import subprocess
import sys

import numpy as np

SIZES = dict(hidden_size=1024, num_hidden_layers=24, num_attention_heads=8, num_key_value_heads=2, head_dim=256,
             intermediate_size=3584, linear_num_key_heads=16, linear_num_value_heads=16, linear_key_head_dim=128,
             linear_value_head_dim=128, linear_conv_kernel_dim=4, full_attention_interval=4, tie_word_embeddings=True,
             max_position_embeddings=32768)


def make(folder, tokenizer):
    import torch
    from transformers import Qwen3_5ForCausalLM, Qwen3_5TextConfig

    torch.manual_seed(13)
    vocabulary = max(json.load(open(f"{tokenizer}/tokenizer.json"))["model"]["vocab"].values()) + 1
    model = Qwen3_5ForCausalLM(Qwen3_5TextConfig(vocab_size=vocabulary, bos_token_id=1, eos_token_id=2, pad_token_id=2, **SIZES))
    model.to(torch.bfloat16).save_pretrained(folder)
    for name in os.listdir(tokenizer):
        if name.endswith(".jinja") or name.startswith(("tokenizer", "special_tokens", "vocab", "merges")):
            shutil.copy(f"{tokenizer}/{name}", folder)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.0f} million parameters")


def export(folder, out):
    program = os.path.join(os.path.dirname(sys.executable), "optimum-cli")
    options = ["--task", "text-generation-with-past", "--weight-format", "int4", "--sym", "--group-size", "128", "--ratio", "1.0"]
    subprocess.run([program, "export", "openvino", "--model", folder, *options, out], check=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})


def matrices(model):
    """The matrices of a model of IR, as it computes with them: in float32, by their shape."""
    import openvino as ov

    def value(node):
        kind = node.get_type_name()
        if kind == "Constant":
            return node.data.astype(np.float32) if node.get_element_type() not in (ov.Type.i4, ov.Type.u4) else unpacked(node)
        parts = [value(v.get_node()) for v in node.input_values()]
        if any(p is None for p in parts):
            return None
        if kind == "Convert":
            return parts[0]
        if kind in ("Subtract", "Multiply"):
            return parts[0] - parts[1] if kind == "Subtract" else parts[0] * parts[1]
        if kind in ("Reshape", "Transpose"):
            return parts[0].reshape(node.get_output_shape(0)) if kind == "Reshape" else parts[0].transpose(*parts[1].astype(int))
        return None

    def unpacked(node):
        both = np.frombuffer(node.get_data_as_bytes() if hasattr(node, "get_data_as_bytes") else node.data.tobytes(), np.uint8)
        low, high = both & 15, both >> 4
        codes = np.stack([low, high], 1).reshape(-1)[: int(np.prod(node.get_output_shape(0)))].astype(np.int8)
        if node.get_element_type() == ov.Type.i4:
            codes = np.where(codes > 7, codes - 16, codes)
        return codes.reshape(node.get_output_shape(0)).astype(np.float32)

    for op in model.get_ops():
        if op.get_type_name() == "MatMul":
            found = value(op.input_value(1).get_node())
            if found is not None and found.ndim == 2:
                yield op.get_friendly_name(), found


def far(folder, baked):
    import openvino as ov
    import torch
    from safetensors import safe_open
    from transformers import AutoModelForCausalLM

    with safe_open(f"{folder}/model.safetensors", "pt") as source:
        kept = {n: source.get_tensor(n).float().numpy() for n in source.keys() if source.get_slice(n).get_shape()[1:2]}
    kept = {n: w for n, w in kept.items() if w.ndim == 2}
    ids = np.random.default_rng(1).integers(100, 20000, (1, 128), dtype=np.int64)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        expected = torch.log_softmax(model(torch.from_numpy(ids)).logits, -1).numpy()
    del model
    core = ov.Core()
    for path in baked:
        ir = core.read_model(path + "/openvino_model.xml")
        losses = {}
        for _, found in matrices(ir):
            # The one that it is nearest to, among those of its shape.
            near = [(float(np.abs(w[:8] - found[:8]).mean()), n) for n, w in kept.items() if w.shape == found.shape]
            if near:
                name = min(near)[1]
                part = name.split(".", 3)[-1] if ".layers." in name else name
                losses.setdefault(part, []).append(float(np.linalg.norm(found - kept[name]) / np.linalg.norm(kept[name])))
        compiled = core.compile_model(ir, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0})
        request = compiled.create_infer_request()
        feeds = dict(input_ids=ids, attention_mask=np.ones_like(ids), position_ids=np.arange(128)[None], beam_idx=np.zeros(1, np.int32))
        names = {n for i in compiled.inputs for n in i.get_names()}
        if "position_ids" in names and len(compiled.input("position_ids").partial_shape) == 3:
            feeds["position_ids"] = np.broadcast_to(feeds["position_ids"], (int(str(compiled.input("position_ids").partial_shape[0])), 1, 128)).copy()
        request.infer({n: v for n, v in feeds.items() if n in names})
        logits = torch.log_softmax(torch.from_numpy(request.get_tensor("logits").data.copy()), -1).numpy()
        divergence = (np.exp(expected) * (expected - logits)).sum(-1).mean()
        same = (expected.argmax(-1) == logits.argmax(-1)).mean()
        size = os.path.getsize(path + "/openvino_model.bin")
        print(f"{path}: {size / 1e6:.0f} MB, KL {divergence:.2e}, first choice alike {same:.3f}")
        for part, values in sorted(losses.items()):
            print(f"    {part:45} {len(values):3} matrices, relative error {np.mean(values):.4f}")


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    {"make": make, "export": export}[verb](*rest) if verb != "far" else far(rest[0], rest[1:])
