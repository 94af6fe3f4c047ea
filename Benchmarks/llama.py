"""llama.cpp's own server, out of the package xllamacpp, as the benchmarks start it."""
import socket

_PROGRAM = """
import os, sys, time, xllamacpp
gguf, port, clients, context = sys.argv[1], *map(int, sys.argv[2:])
params = xllamacpp.CommonParams()
params.model.path, params.port, params.verbosity = gguf, port, -1
params.n_parallel, params.n_ctx = clients, clients * context
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count()
params.cache_prompt = False
server = xllamacpp.Server(params)
time.sleep(3600)
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def server(python, gguf, port, clients, tokens):
    """The command of a server for so many clients at once, each with so many tokens of prompt and answer."""
    return [python, "-c", _PROGRAM, gguf, str(port), str(clients), str((tokens + 255) // 256 * 256)]
