"""optimum-intel's recipe for an NPU on a checkpoint: peer.py CHECKPOINT FOLDER GROUP_SIZE PATH PROMPT CONTEXT NAME

PATH is npuw (the model as it is exported), decode or prefill: the same model without states, reshaped to fixed shapes, as a
raw compile wants it. Needs optimum-intel[openvino]; the graph is written as FOLDER/NAME.xml, openvino_model.xml for npuw.
"""
import os
import subprocess
import sys

import openvino as ov
from openvino._offline_transformations import apply_moc_transformations, stateful_to_stateless_transformation

checkpoint, folder, group_size, path = sys.argv[1:5]
prompt, context = map(int, sys.argv[5:7])
output = os.path.join(folder, sys.argv[7] + ".xml")
exported = os.path.join(folder, "openvino_model.xml")
if not os.path.exists(exported):
    subprocess.run([os.path.join(os.path.dirname(sys.executable), "optimum-cli"), "export", "openvino", "-m", checkpoint,
                    "--task", "text-generation-with-past", "--weight-format", "int4", "--sym", "--ratio", "1.0",
                    "--group-size", group_size, "--disable-convert-tokenizer", folder], check=True)
if path != "npuw":
    model = ov.Core().read_model(exported)
    stateful_to_stateless_transformation(model)
    new, past = (1, context - 1) if path == "decode" else (prompt, 0)
    shapes = {}
    for port in model.inputs:
        name, shape = port.get_any_name(), port.get_partial_shape()
        if name == "attention_mask":
            shapes[name] = [1, new + past]
        elif name == "beam_idx":
            shapes[name] = [1]
        elif name in ("input_ids", "position_ids"):
            shapes[name] = [1, new]
        else:
            shapes[name] = [1, shape[1].get_length(), past, shape[3].get_length()]
    model.reshape(shapes)
    # Without a past, its inputs have no elements: constant folding takes them out.
    apply_moc_transformations(model, True)
    for parameter in list(model.get_parameters()):
        if not parameter.output(0).get_target_inputs():
            model.remove_parameter(parameter)
    model.validate_nodes_and_infer_types()
    ov.save_model(model, output, compress_to_fp16=False)
