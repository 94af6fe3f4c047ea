"""Runs tokenizer IR through OpenVINO's extension on the cases of the fixtures, and prints how many agree.

pip install openvino==2026.4.1 openvino-tokenizers==2026.4.1.0 tokenizers==0.22.2 transformers==5.5.4
OVEN_TOKENIZER_IR_OUT=/tmp/ir swift test --filter TokenizerIRTests     # writes the IR of the fixtures
python Tests/Peers/tokenizer_ir.py /tmp/ir                             # or NAME=FOLDER ... of baked models

Each disagreement is tried with the IR that `convert_tokenizer` makes of the same tokenizer.json: where that is
wrong too, the extension is the cause. Ends with status 1 when another remains.
"""

import json
import os
import sys

import numpy as np
import openvino
import openvino_tokenizers  # noqa: F401 (registers the operations)

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "tokenizers")
CORE = openvino.Core()


def compiled(model):
    return CORE.compile_model(model, "CPU")


def ids(tokenizer, text):
    return tokenizer([text])["input_ids"][0].tolist()


def converted(name):
    """What the extension's own converter makes; None where it cannot."""
    from openvino_tokenizers import convert_tokenizer
    from transformers import PreTrainedTokenizerFast

    try:
        file = os.path.join(FIXTURES, name, "tokenizer.json")
        return compiled(convert_tokenizer(PreTrainedTokenizerFast(tokenizer_file=file)))
    except Exception as error:
        print(f"{name}: the extension's converter fails: {error}")
        return None


def check(name, folder):
    tokenizer = compiled(CORE.read_model(os.path.join(folder, "openvino_tokenizer.xml")))
    detokenizer = compiled(CORE.read_model(os.path.join(folder, "openvino_detokenizer.xml")))
    with open(os.path.join(FIXTURES, "cases", name + ".jsonl")) as lines:
        cases = [json.loads(line) for line in lines]
    wrong = [case for case in cases if ids(tokenizer, case["text"]) != case["ids_special"]]
    garbled = 0
    for case in cases:
        if case["ids"]:
            text = detokenizer(np.array([case["ids"]], dtype=np.int64))["string_output"][0]
            garbled += text != case["decoded_skip"]
    theirs = converted(name) if wrong else None
    own = 0
    for case in wrong:
        shared = theirs is not None and ids(theirs, case["text"]) != case["ids_special"]
        own += not shared
        print(f"  {name}: {case['text'][:60]!r}", "(the extension)" if shared else "(ours)")
    print(
        f"{name}: {len(cases)} cases, {len(wrong)} with other ids ({own} of them only ours), "
        f"{garbled} decoded otherwise"
    )
    return own == 0 and garbled == 0


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 1 and "=" not in arguments[0]:
        arguments = [f"{name}={os.path.join(arguments[0], name)}" for name in sorted(os.listdir(arguments[0]))]
    results = [check(*argument.split("=", 1)) for argument in arguments]
    sys.exit(0 if results and all(results) else 1)


main()
