"""Opens a baked folder with OpenVINO GenAI and asks it a question.

    genai.py FOLDER CPU|NPU QUESTION EXPECTED

Text goes through the folder's own tokenizer IR and chat template; nothing of Oven runs here. The NPU's path runs on
the CPU (NPUW_DEVICES=CPU), which checks the structure of the graph and its numbers, not an NPU's compiler.
"""
import sys
import time

import openvino_genai

PROPERTIES = {"CPU": {}, "NPU": {"NPUW_DEVICES": "CPU", "MAX_PROMPT_LEN": 256, "MIN_RESPONSE_LEN": 64}}


def main():
    folder, device, question, expected = sys.argv[1:]
    begin = time.monotonic()
    pipeline = openvino_genai.LLMPipeline(folder, device, **PROPERTIES[device])
    pipeline.start_chat()
    text = str(pipeline.generate(question, max_new_tokens=40, do_sample=False)).strip()
    good = expected in text
    print(f"{'ok  ' if good else 'FAIL'} GenAI on {device}: {text!r} ({time.monotonic() - begin:.1f} s)")
    sys.exit(0 if good else 1)


main()
