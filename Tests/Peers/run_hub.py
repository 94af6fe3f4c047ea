"""`oven run` as somebody uses it who has nothing yet: from a hub on the loopback, by one verb.

    run_hub.py OVEN GGUF        OVEN: the program; GGUF: SmolLM2-135M-Instruct (`make model`)
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from local_hub import Hub, Model

OVEN, GGUF = (os.path.abspath(path) for path in sys.argv[1:3])
QUESTION = "What is the capital of France?"
hub = Hub()
failures = 0


def check(text, good, *details):
    global failures
    failures += not good
    print("ok  " if good else "FAIL", text, flush=True)
    if not good:
        for detail in details:
            print("     ", detail)


def content(path):
    with open(path, "rb") as file:
        return file.read()


with tempfile.TemporaryDirectory() as home:
    def run(*arguments, stdin="", **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": home, "HF_ENDPOINT": hub.hub} | variables
        start = time.time()
        done = subprocess.run([OVEN, *arguments], env=environment, input=stdin, capture_output=True, text=True,
                              cwd=home, timeout=600)
        done.seconds = time.time() - start
        return done

    # What a CPU makes of 4-bit weights differs; that every way gives the same does not.
    settings = ["--device", "CPU", "--temperature", "0", "--max-new-tokens", "12"]
    ask = [QUESTION, *settings]
    gguf = content(GGUF)
    hub.models["org/smol-GGUF"] = Model({"smol.Q4_1.gguf": gguf, "smol.Q8_0.gguf": b"another", "README.md": b"x"})

    several = run("run", "org/smol-GGUF", *ask)
    check("one of several files is asked for", several.returncode != 0 and "Q4_1" in several.stderr, several)
    first = run("run", "org/smol-GGUF:Q4_1", *ask)
    check("downloaded, baked, compiled and asked", first.returncode == 0 and first.stdout.strip() and "Baking" in first.stderr, first)
    check("the answer alone is on stdout", "tokens/s" not in first.stdout and first.stdout.endswith("\n"), first.stdout)
    second = run("run", "org/smol-GGUF:Q4_1", *ask, HF_HUB_OFFLINE="1")
    check("asked again without the hub, from the cache",
          second.returncode == 0 and second.stdout == first.stdout and "from cache" in second.stderr, second)
    print(f"     first {first.seconds:.1f} s, then {second.seconds:.1f} s")
    again = run("run", "smol-gguf:q4_1", *ask, HF_HUB_OFFLINE="1")
    check("by the last part of the name, in any case", again.stdout == first.stdout, again)
    def prompt(done):
        return int(re.search(r"prompt (\d+) tokens", done.stderr)[1])

    added = run("run", "smol-GGUF:Q4_1", *ask, stdin="zebra\n")
    check("stdin is added to the question", prompt(added) > prompt(again), added)
    chat = run("chat", "smol-GGUF:Q4_1", "-p", QUESTION, *settings)
    check("other verbs take the name", chat.stdout == first.stdout, chat)
    elsewhere = os.path.join(home, "elsewhere")
    os.makedirs(elsewhere)
    check("nothing is left where it was asked", not os.path.exists(os.path.join(home, "model_cache")), os.listdir(home))

    listed = json.loads(run("list", "--json").stdout)["models"]
    check("it is listed with its size, device and last use",
          len(listed) == 1 and listed[0]["name"] == "org/smol-GGUF:Q4_1" and listed[0]["devices"] == ["CPU"]
          and listed[0]["bytes"] > 50e6 and time.time() - listed[0]["last_used"] < 300, listed)
    shown = run("show", "smol-GGUF:Q4_1")
    check("it is shown", "llama" in shown.stdout and "org/smol-GGUF:Q4_1" in shown.stdout, shown)

    place = listed[0]["folder"]
    names = ["openvino_model.xml", "openvino_model.bin", "config.json", "generation_config.json", "tokenizer.json",
             "tokenizer_config.json", "chat_template.jinja", "openvino_tokenizer.xml", "openvino_tokenizer.bin",
             "openvino_detokenizer.xml", "openvino_detokenizer.bin"]
    files = {name: content(os.path.join(place, name)) for name in names if os.path.exists(os.path.join(place, name))}
    hub.models["org/ready-ov"] = Model(files)
    ready = run("run", "org/ready-ov", *ask)
    check("what is published as OpenVINO's is used as it is", ready.stdout == first.stdout, ready)

    local = run("run", GGUF, *ask)
    check("a file is baked into the store", local.returncode == 0 and local.stdout.strip(), local)
    check("and only once", "Baking" not in run("run", GGUF, *ask).stderr)
    removed = run("rm", "smol-GGUF:Q4_1", "org/ready-ov")
    check("removed with what was compiled of it", removed.returncode == 0 and "compiled of it" in removed.stdout, removed)
    left = [model["name"] for model in json.loads(run("list", "--json").stdout)["models"]]
    check("the others stay", left == [os.path.basename(GGUF).removesuffix(".gguf")], left)
    wrong = run("run", "org/nothing", "x")
    check("a model that there is not", wrong.returncode != 0 and "org/nothing" in wrong.stderr, wrong)

print("run_hub: all good" if not failures else f"run_hub: {failures} failed")
sys.exit(failures != 0)
