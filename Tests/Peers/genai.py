"""Opens a baked folder with OpenVINO GenAI, on the CPU and on the NPU path, and asks it a question.

    genai.py BAKED_FOLDER QUESTION EXPECTED

Text goes through the folder's own tokenizer IR and chat template; nothing of Oven runs here. The NPU path runs on
the CPU (NPUW_DEVICES=CPU), which checks the structure of the graph and its numbers, not an NPU's compiler.
"""
import sys
import time

import openvino_genai

PATHS = {
    "CPU": ("CPU", {}),
    "NPU path on the CPU": ("NPU", {"NPUW_DEVICES": "CPU", "MAX_PROMPT_LEN": 256, "MIN_RESPONSE_LEN": 64}),
}


def answer(folder, question, device, properties):
    pipeline = openvino_genai.LLMPipeline(folder, device, **properties)
    pipeline.start_chat()
    return str(pipeline.generate(question, max_new_tokens=40, do_sample=False))


def main():
    folder, question, expected = sys.argv[1:]
    failures = 0
    for name, (device, properties) in PATHS.items():
        begin = time.monotonic()
        try:
            text = answer(folder, question, device, properties)
        except Exception as error:  # a peer's refusal is the finding
            text = f"{type(error).__name__}: {error}"
        good = expected in text
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}: {text.strip()!r} ({time.monotonic() - begin:.1f} s)", flush=True)
    sys.exit(1 if failures else 0)


main()
