"""Ollama's client pulls a model from a hub on the loopback into a server that has none, and asks it.

    serve_pull.py OVEN GGUF        GGUF: SmolLM2-135M-Instruct (`make model`)
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

import ollama
import openai

from checks import answer, check, finish, free_port, refused, wrong
from local_hub import Hub, Model

oven, gguf = (os.path.abspath(path) for path in sys.argv[1:3])
NAME = "org/smol-GGUF:Q4_1"
hub = Hub()

with open(gguf, "rb") as file:
    hub.models["org/smol-GGUF"] = Model({"smol.Q4_1.gguf": file.read(), "README.md": b"x"})

with tempfile.TemporaryDirectory() as home:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": home, "HF_ENDPOINT": hub.hub}
    log = open(os.path.join(home, "log"), "w+")
    server = subprocess.Popen([oven, "serve", "--port", str(port), "--device", "CPU"], env=environment, cwd=home, stderr=log)
    client = ollama.Client(host=f"http://127.0.0.1:{port}")
    try:
        check("a server without models is there", answer(client.list, ConnectionError).models == [])
        refused("a model that the hub has not", lambda: client.pull("org/nothing"), ollama.ResponseError, 404,
                "org/nothing")
        refused("a path is no model of the hub", lambda: client.pull("/etc/passwd"), ollama.ResponseError, 400)

        begun = time.time()
        lines = list(client.pull(NAME, stream=True))
        words = [line.status or "" for line in lines]
        check("the last line is success", words and words[-1] == "success", words[-3:])
        bars = {line.digest for line in lines if line.digest}
        ends = {line.digest: (line.completed, line.total) for line in lines if line.digest}
        check("the download and the bake each have a bar, and both come to their end",
              len(bars) == 2 and all(done == total for done, total in ends.values()), ends)
        print(f"      {len(lines)} lines in {time.time() - begun:.1f} s")
        check("it is in Ollama's list", [model.model for model in client.list().models] == [NAME])
        models = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none")
        listed = models.models.list().data
        check("and in OpenAI's, not loaded yet", [m.id for m in listed] == [NAME] and listed[0].state == "unloaded", listed)
        again = time.time()
        check("pulled again, it is there", client.pull(NAME).status == "success" and time.time() - again < 5)
        said = client.chat(NAME, [{"role": "user", "content": "Name the capital of France."}],
                             options={"temperature": 0, "num_predict": 16})
        check("it can be asked", "Paris" in said.message.content, said.message.content)
        hosted = client.chat("hf.co/" + NAME, [{"role": "user", "content": "Hi"}], options={"num_predict": 2})
        check("also by the address that Ollama's users write", hosted.done, hosted)
        check("now it is loaded", [model.model for model in client.ps().models] == [NAME])
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(timeout=120)
        check("the server ends with 0", status == 0, status)
    log.seek(0)
    if wrong:
        print(log.read()[-3000:])
    again = subprocess.Popen([oven, "serve", "--port", str(port), "--device", "CPU", "--no-pull"], env=environment, cwd=home,
                             stderr=log)
    try:
        served = answer(client.list, ConnectionError).models
        check("after a restart the store is served", [m.model for m in served] == [NAME], served)
        refused("--no-pull refuses", lambda: client.pull("org/other"), ollama.ResponseError, 403)
    finally:
        again.send_signal(signal.SIGTERM)
        again.wait(timeout=120)
finish()
