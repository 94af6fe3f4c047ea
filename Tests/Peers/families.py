"""Compares baked models with the reference logits and tokens of transformers, on every path of OpenVINO.

    python families.py FIXTURES BAKED [NAME …]

FIXTURES has a folder per model with reference.safetensors (see Tests/Fixtures/tiny); BAKED a folder of the same name
baked with --weight-format fp32 --no-tokenizer. Prints a line per model:

    whole    the prompt at once: largest error relative to the largest logit, and greedy tokens that agree
    steps    token by token through the cache
    padded   a batch of two, one row padded on the left
    paged    GenAI's paged backend: greedy tokens; and the sliding windows that the conversion found
    npu      the NPU path on the CPU (NPUW_DEVICES=CPU): prefill and four decode steps; a star where the model was not
             partitioned, which it only is from a certain number of layers on. Where an error is large, after ± what the
             plain CPU path in bf16 differs by: what short numbers alone do to these weights, where a near tie of two
             experts or a sensitive layer decides
    nodes    what the CPU plugin made of the graph
"""
import collections
import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import openvino as ov
from safetensors.numpy import load_file

CORE = ov.Core()
# What half precision is seldom the cause of.
FAR = 0.05
EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0}


def error(found, expected):
    return float(np.abs(found - expected).max() / np.abs(expected).max())


class Stateful:
    def __init__(self, compiled, batch=1):
        self.request = compiled.create_infer_request()
        self.names = [i.get_any_name() for i in compiled.inputs]
        self.beams = np.arange(batch, dtype=np.int32)

    def reset(self):
        self.request.reset_state()

    def __call__(self, ids, mask, positions):
        feeds = {"input_ids": ids, "attention_mask": mask, "position_ids": positions, "beam_idx": self.beams}
        self.request.infer({k: v for k, v in feeds.items() if k in self.names})
        return self.request.get_tensor("logits").data.copy()


def run(model, ids, past=0):
    n = ids.shape[1]
    mask = np.ones((1, past + n), np.int64)
    return model(ids, mask, np.arange(past, past + n, dtype=np.int64)[None])


def greedy(model, ids, count):
    tokens, past, logits = [], ids.shape[1], run(model, ids)
    for _ in range(count):
        tokens.append(int(logits[0, -1].argmax()))
        logits = run(model, np.array([[tokens[-1]]], np.int64), past)
        past += 1
    return tokens


def agreeing(found, expected):
    return sum(int(a == b) for a, b in zip(found, expected))


def check_whole(compiled, ref):
    model = Stateful(compiled)
    e = error(run(model, ref["input_ids"]), ref["logits"])
    model.reset()
    tokens = greedy(model, ref["input_ids"], len(ref["greedy"]))
    return e, agreeing(tokens, ref["greedy"])


def check_steps(compiled, ref):
    model = Stateful(compiled)
    ids = ref["input_ids"]
    parts = [run(model, ids[:, i:i + 1], i) for i in range(ids.shape[1])]
    return error(np.concatenate(parts, 1), ref["logits"])


def check_padded(compiled, ref):
    model = Stateful(compiled, 2)
    ids = ref["input_ids"]
    n, pad = ids.shape[1], 5
    both = np.zeros((2, n), np.int64)
    both[0], both[1, pad:] = ids[0], ids[0, :n - pad]
    mask = np.ones((2, n), np.int64)
    mask[1, :pad] = 0
    positions = np.maximum(np.cumsum(mask, 1) - 1, 0)
    logits = model(both, mask, positions)
    return max(error(logits[0], ref["logits"][0]), error(logits[1, pad:], ref["logits"][0, :n - pad]))


def check_short(folder, ref):
    compiled = CORE.compile_model(folder + "/openvino_model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "bf16"})
    return check_steps(compiled, ref)


def constant(node):
    """The value of a scalar that is computed from constants only."""
    kind, inputs = node.get_type_name(), [v.get_node() for v in node.input_values()]
    if kind == "Constant":
        return int(node.get_data().reshape(-1)[0])
    if kind == "Convert":
        return constant(inputs[0])
    return constant(inputs[0]) * constant(inputs[1]) if kind == "Multiply" else None


def check_paged(folder, ref):
    import openvino_genai as genai
    from openvino._offline_transformations import paged_attention_transformation

    model = CORE.read_model(folder + "/openvino_model.xml")
    try:
        paged_attention_transformation(model)
    except RuntimeError as failure:
        return "no", str(failure).strip().split("\n")[-1][:60]
    windows = []
    for op in model.get_ops():
        if op.get_type_name() == "PagedAttentionExtension":
            windows.append(constant(op.input_value(10).get_node()))
    pipe = genai.LLMPipeline(folder, "CPU", ATTENTION_BACKEND="PA", **EXACT)
    config = genai.GenerationConfig()
    config.max_new_tokens = len(ref["greedy"])
    config.ignore_eos = True
    config.do_sample = False
    # A folder whose files name no end of text leaves -1 there.
    config.eos_token_id = 2
    config.stop_token_ids = {2}
    ids = ov.Tensor(ref["input_ids"])
    result = pipe.generate(genai.TokenizedInputs(ids, ov.Tensor(np.ones_like(ref["input_ids"]))), config)
    return agreeing(result.tokens[0], ref["greedy"]), ",".join(str(w) for w in windows)


def oven_npu_properties():
    """What Oven asks an NPU for, as its source says it, so that what is judged here is what Oven runs."""
    source = Path(__file__).parents[2] / "Sources/Supervisor/Devices/NPUProperties.swift"
    found = dict(re.findall(r'"(NPUW?_\w+)": "(\w+)"', source.read_text()))
    assert found.get("NPUW_LLM") == "YES", f"{source} has no properties any more"
    return found


def check_npu(folder, ref):
    properties = {
        **oven_npu_properties(), "NPUW_DEVICES": "CPU", "NPUW_LLM_MAX_PROMPT_LEN": 64, "NPUW_LLM_MIN_RESPONSE_LEN": 64,
        "NPUW_LLM_OPTIMIZE_V_TENSORS": "YES",
    }
    mark = ""
    try:
        compiled = CORE.compile_model(folder + "/openvino_model.xml", "NPU", properties)
    except RuntimeError as failure:
        # The partitioner stumbles over models of very few layers (the same families pass with eight).
        if "undeclared parameters" not in str(failure):
            raise
        mark = "*"
        properties["NPUW_ONLINE_PIPELINE"] = "NONE"
        compiled = CORE.compile_model(folder + "/openvino_model.xml", "NPU", properties)
    model = Stateful(compiled)
    ids, expected = ref["input_ids"], ref["logits"]
    start = ids.shape[1] - 4
    logits = run(model, ids[:, :start])
    prefill = error(logits[:, -1], expected[:, start - 1])
    steps = [
        error(run(model, ids[:, i:i + 1], i)[:, -1], expected[:, i]) for i in range(start, ids.shape[1])
    ]
    if max(prefill, *steps) > FAR:
        mark += f"±{check_short(folder, ref):.1e}"
    return (prefill, max(steps), mark) if mark else (prefill, max(steps))


def nodes(compiled):
    counts = collections.Counter()
    for op in compiled.get_runtime_model().get_ops():
        info = op.get_rt_info()
        counts[info["layerType"].astype(str)] += 1
    wanted = ["FullyConnected", "MatMul", "RMS", "MVN", "RoPE", "ScaledDotProductAttention", "GatherMatmul", "MemoryInput",
              "GatedDeltaNet", "TensorIterator", "Convolution"]
    return " ".join(f"{w}:{counts[w]}" for w in wanted if counts[w]), counts


def attempt(check, *arguments):
    try:
        return check(*arguments)
    except Exception as failure:
        return "FAIL " + str(failure).strip().split("\n")[-1][:90]


def show(value):
    if isinstance(value, tuple):
        return "/".join(show(v) for v in value)
    return f"{value:.1e}" if isinstance(value, float) else str(value)


def main():
    fixtures, baked = sys.argv[1:3]
    paths = os.environ.get("PATHS", "whole,steps,padded,paged,npu,nodes").split(",")
    for name in sys.argv[3:] or sorted(os.listdir(baked)):
        folder = f"{baked}/{name}"
        if not os.path.exists(folder + "/openvino_model.xml"):
            print(f"{name:15} not baked", flush=True)
            continue
        ref = load_file(f"{fixtures}/{name}/reference.safetensors")
        compiled = CORE.compile_model(folder + "/openvino_model.xml", "CPU", EXACT)
        checks = {
            "whole": (check_whole, compiled, ref), "steps": (check_steps, compiled, ref),
            "padded": (check_padded, compiled, ref), "paged": (check_paged, folder, ref),
            "npu": (check_npu, folder, ref), "nodes": (lambda c: nodes(c)[0], compiled),
        }
        print(f"{name:15}", *(f"{p} {show(attempt(*checks[p]))};" for p in paths), flush=True)


if __name__ == "__main__":
    main()
