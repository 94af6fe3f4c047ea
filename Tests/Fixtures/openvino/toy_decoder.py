"""A tiny stateful decoder as IR, with what OpenVINO itself computes for it. Writes beside this file:

  toy/openvino_model.xml, .bin   2 layers, hidden 64, 4 heads over 2 key-value heads, vocabulary 96, random weights
  toy/config.json                what the engine reads of it
  toy.json                       prompts; logits of every position without a cache, float32; greedy tokens

Needs: openvino==2026.4.1 numpy.   toy_decoder.py
"""
import json, os
import numpy as np
import openvino as ov
from openvino import opset13 as op

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS, HIDDEN, HEADS, KV, VOCABULARY, INNER = 2, 64, 4, 2, 96, 128
D = HIDDEN // HEADS
random = np.random.default_rng(7)


def const(value, kind=np.int64):
    return op.constant(np.array(value, dtype=kind))


def weight(name, *shape, scale=None):
    values = random.normal(0, scale or 1.5 / np.sqrt(shape[-1]), shape).astype(np.float16)
    return op.convert(op.constant(values, name=name), "f32")


def linear(x, name, rows, columns):
    return op.matmul(x, weight(name, rows, columns), False, True)


def norm(x, name):
    mean = op.reduce_mean(op.power(x, const(2.0, np.float32)), const([-1]), True)
    inverse = op.divide(const(1.0, np.float32), op.sqrt(op.add(mean, const(1e-5, np.float32))))
    gamma = op.constant((1 + 0.1 * random.normal(size=(1, 1, HIDDEN))).astype(np.float32), name=name)
    return op.multiply(op.multiply(x, inverse), gamma)


def heads(x, count):
    return op.transpose(op.reshape(x, const([0, 0, count, D]), True), const([0, 2, 1, 3]))


def rotate(x, cos, sin):
    first = op.slice(x, const([0]), const([D // 2]), const([1]), const([3]))
    second = op.slice(x, const([D // 2]), const([2**63 - 1]), const([1]), const([3]))
    turned = op.concat([op.multiply(second, const(-1.0, np.float32)), first], -1)
    return op.add(op.multiply(x, cos), op.multiply(turned, sin))


def build():
    ids = op.parameter([-1, -1], np.int64, name="input_ids")
    mask = op.parameter([-1, -1], np.int64, name="attention_mask")
    positions = op.parameter([-1, -1], np.int64, name="position_ids")
    beams = op.parameter([-1], np.int32, name="beam_idx")
    for node in (ids, mask, positions, beams):
        node.output(0).set_names({node.get_friendly_name()})

    batch = op.gather(op.shape_of(ids), const([0]), const(0))
    length = op.gather(op.shape_of(ids), const(1), const(0))
    empty = op.broadcast(const(0.0, np.float32), op.concat([batch, const([KV]), const([0]), const([D])], 0))

    def variable(identity):
        info = ov.op.util.VariableInfo()
        info.data_shape, info.data_type, info.variable_id = ov.PartialShape([-1, KV, -1, D]), ov.Type.f32, identity
        return ov.op.util.Variable(info)

    states = {}
    for layer in range(LAYERS):
        for kind in ("key", "value"):
            state = variable(f"past_key_values.{layer}.{kind}present.{layer}.{kind}")
            read = op.gather(op.read_value(empty, state), beams, const(0))
            states[layer, kind] = (state, read)

    past = op.gather(op.shape_of(states[0, "key"][1]), const(2), const(0))
    total = op.add(past, length)
    rows = op.range(past, total, const(1), "i64")
    columns = op.range(const(0), total, const(1), "i64")
    for axis in (0, 1, 3):
        rows = op.unsqueeze(rows, const(axis))
    for axis in (0, 1, 2):
        columns = op.unsqueeze(columns, const(axis))
    seen = op.convert(mask, "boolean")
    for axis in (1, 1):
        seen = op.unsqueeze(seen, const(axis))
    allowed = op.bitwise_and(op.bitwise_and(const(True, bool), op.less_equal(columns, rows)), seen)
    one = const([1])
    allowed = op.broadcast(
        allowed, op.concat([batch, one, op.unsqueeze(length, const(0)), op.unsqueeze(total, const(0))], 0), broadcast_spec="BIDIRECTIONAL")
    bias = op.select(allowed, const(0.0, np.float32), const(-65504.0, np.float32))

    frequency = (1.0 / 10000 ** (np.arange(0, D, 2, dtype=np.float32) / D)).reshape(1, D // 2, 1)
    spread = op.broadcast(op.constant(frequency), op.concat([batch, const([1]), const([1])], 0), broadcast_spec="BIDIRECTIONAL")
    angles = op.transpose(
        op.matmul(spread, op.convert(op.unsqueeze(positions, const(1)), "f32"), False, False), const([0, 2, 1]))
    angles = op.concat([angles, angles], -1)
    cos, sin = (op.unsqueeze(f(angles), const(1)) for f in (op.cos, op.sin))

    hidden = op.gather(weight("embedding", VOCABULARY, HIDDEN, scale=1.0), ids, const(0))
    sinks = []
    for layer in range(LAYERS):
        name = f"layers.{layer}."
        x = norm(hidden, name + "input_norm")
        q = rotate(heads(linear(x, name + "q", HIDDEN, HIDDEN), HEADS), cos, sin)
        new = {
            "key": rotate(heads(linear(x, name + "k", KV * D, HIDDEN), KV), cos, sin),
            "value": heads(linear(x, name + "v", KV * D, HIDDEN), KV),
        }
        wide = {}
        for kind in ("key", "value"):
            state, read = states[layer, kind]
            whole = op.concat([read, new[kind]], 2)
            sinks.append(op.assign(whole, state))
            repeated = op.broadcast(op.unsqueeze(whole, const(2)), const([1, 1, HEADS // KV, 1, 1]), broadcast_spec="BIDIRECTIONAL")
            wide[kind] = op.reshape(repeated, const([0, HEADS, -1, D]), True)
        attended = op.scaled_dot_product_attention(q, wide["key"], wide["value"], bias, causal=False)
        attended = op.reshape(op.transpose(attended, const([0, 2, 1, 3])), const([0, 0, HIDDEN]), True)
        hidden = op.add(hidden, linear(attended, name + "o", HIDDEN, HIDDEN))
        x = norm(hidden, name + "post_norm")
        gate = op.swish(linear(x, name + "gate", INNER, HIDDEN))
        hidden = op.add(hidden, linear(op.multiply(gate, linear(x, name + "up", INNER, HIDDEN)), name + "down", HIDDEN, INNER))
    logits = linear(norm(hidden, "norm"), "head", VOCABULARY, HIDDEN)
    logits.output(0).set_names({"logits"})
    result = op.result(logits)
    return ov.Model([result], sinks, [ids, mask, positions, beams], "toy")


def run(request, tokens):
    request.reset_state()
    n = len(tokens)
    outputs = request.infer({
        "input_ids": np.array([tokens], np.int64), "attention_mask": np.ones((1, n), np.int64),
        "position_ids": np.arange(n, dtype=np.int64)[None], "beam_idx": np.zeros(1, np.int32)})
    return outputs["logits"][0]


def main():
    folder = os.path.join(HERE, "toy")
    os.makedirs(folder, exist_ok=True)
    model = build()
    ov.serialize(model, os.path.join(folder, "openvino_model.xml"))
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({"model_type": "toy", "vocab_size": VOCABULARY, "max_position_embeddings": 256, "eos_token_id": 1}, file)
    exact = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
    request = ov.Core().compile_model(model, "CPU", exact).create_infer_request()
    cases = []
    for prompt in ([5], [3, 14, 15, 92, 65, 35], [int(t) for t in random.integers(2, VOCABULARY, 40)]):
        tokens = list(prompt)
        for _ in range(12):
            tokens.append(int(run(request, tokens)[-1].argmax()))
        logits = [[round(float(v), 5) for v in row] for row in run(request, prompt)[-4:]]
        cases.append({"prompt": prompt, "logits": logits, "greedy": tokens[len(prompt):]})
    with open(os.path.join(HERE, "toy.json"), "w") as file:
        json.dump({"openvino": ov.__version__, "cases": cases}, file)


main()
