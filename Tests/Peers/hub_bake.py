"""Bakes from a hub that misbehaves, as a user would, and looks at exit codes, words, bytes sent and what is left.

    hub_bake.py OVEN            OVEN: the oven program; needs nothing but Python

Some cases wait until the program has tried often enough; all of it takes a few minutes.
"""
import email.utils
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from local_hub import Hub, Model, random_llama, sharded, torch_file, write

OVEN = sys.argv[1]
FILTER = sys.argv[2] if len(sys.argv) > 2 else ""
hub = Hub()
failures = 0
config, tensors = random_llama(hidden=512, layers=6, intermediate=1536, vocabulary=8000, heads=8)
FILES = {"config.json": config} | sharded(tensors, 3)
SHARDS = sorted(name for name in FILES if name.endswith(".safetensors"))
TOTAL = sum(len(FILES[name]) for name in SHARDS)


def check(text, good, *details):
    global failures
    failures += not good
    print("ok  " if good else "FAIL", text, flush=True)
    if not good:
        for detail in details:
            print("     ", detail)


class Home:
    """A folder for one case: the cache, the destination, the way to call the program."""

    def __init__(self, folder):
        self.folder = folder
        self.cache = os.path.join(folder, "cache")
        self.destination = os.path.join(folder, "baked")
        self.staging = os.path.join(folder, ".baked.baking")
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "HF_ENDPOINT": hub.hub, "HF_HUB_CACHE": self.cache}

    def command(self, *options, model="org/random"):
        return [OVEN, "bake", "--model_id", model, "-o", self.destination, "--no-tokenizer", *options]

    def start(self, *options, model="org/random", **variables):
        return subprocess.Popen(self.command(*options, model=model), env=self.environment | variables,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *options, model="org/random", **variables):
        process = self.start(*options, model=model, **variables)
        _, words = process.communicate(timeout=600)
        return process.returncode, words

    def bin(self):
        try:
            return open(os.path.join(self.destination, "openvino_model.bin"), "rb").read()
        except FileNotFoundError:
            return None

    def left(self):
        return sorted(name for name in os.listdir(self.folder) if "baked" in name)

    def blobs(self):
        folder = os.path.join(self.cache, "models--org--random", "blobs")
        return {name: os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)}

    def staged(self):
        try:
            return os.path.getsize(os.path.join(self.staging, "openvino_model.bin"))
        except FileNotFoundError:
            return 0


def until(condition, seconds=60):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            return False
        time.sleep(0.02)
    return True


def on(kind, name, answer, times=None, after=0):
    """Lets `answer(request)` take the place of the server's for requests of a path that ends in `name`."""
    count = [0]
    lock = threading.Lock()

    def fault(request, path):
        if request.kind != kind or not path.endswith(name):
            return False
        with lock:
            count[0] += 1
            if count[0] <= after or times is not None and count[0] > after + times:
                return False
        return answer(request) is not False

    hub.faults.append(fault)


def first_byte(request):
    text = request.headers["Range"]
    return int(text[len("bytes="):].split("-")[0]) if text else 0


def cut(request):
    request.close_connection = True
    request.connection.close()


def served(name, change=lambda content: content, **options):
    """An answer with the file's content after `change`."""
    def answer(request):
        try:
            request.ranged(name, change(FILES[name]), "content-" + MODEL.sums[name][:8], **options)
        except (BrokenPipeError, ConnectionResetError):
            request.close_connection = True
    return answer


def spoiled(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


CASES = []


def case(function):
    CASES.append(function)
    return function


# MARK: downloads that are baked as they come in

@case
def whole(home):
    code, words = home.run()
    check("a sharded model is downloaded and baked", code == 0 and home.bin() == EXPECTED, words)
    sent = hub.weights_sent()
    check(f"  {sent} of {TOTAL} bytes were sent", TOTAL <= sent <= TOTAL + len(SHARDS) * 3 * 262144)
    check("  the cache has every shard under its SHA-256",
          all(home.blobs().get(MODEL.sums[name]) == len(FILES[name]) for name in SHARDS), home.blobs())
    hub.reset()
    code, words = home.run("--force")
    check("  the second bake fetches nothing", code == 0 and hub.weights_sent() == 0 and "in the cache" in words, words)
    code, words = home.run("--force", HF_HUB_OFFLINE="1", HF_ENDPOINT="http://127.0.0.1:1")
    check("  HF_HUB_OFFLINE uses the cache", code == 0 and home.bin() == EXPECTED, words)


@case
def overlapping(home):
    gate = threading.Event()
    on("content", SHARDS[2], lambda request: False if first_byte(request) == 0 and len(hub.log) < 40 else gate.wait(60) and False, after=2)
    process = home.start()
    shard = len(FILES[SHARDS[0]]) // 5
    grown = until(lambda: home.staged() > shard)
    check(f"the first shards are baked ({home.staged()} bytes) while the last one is held up", grown and not gate.is_set())
    gate.set()
    _, words = process.communicate()
    check("  and the bake ends well", process.returncode == 0 and home.bin() == EXPECTED, words)


@case
def torch_file_of_one_piece(home):
    for options in [[], ["--stream", "--force"]]:
        hub.reset()
        code, words = home.run(*options, model="org/torch", HF_HUB_CACHE=home.cache + "".join(options))
        check(f"a pytorch_model.bin {options} gives the same bytes", code == 0 and home.bin() == EXPECTED, code, words)
        check(f"  {hub.weights_sent()} of {TOTAL} bytes were sent", hub.weights_sent() < TOTAL + (12 << 20))


@case
def refusal_first(home):
    code, words = home.run(model="org/unknown-family")
    check(f"an unknown family is refused after {hub.weights_sent()} bytes", code == 65 and hub.weights_sent() < 2_000_000, code, words)
    code, words = home.run("--group-size", "100", "--group-size-fallback", "error")
    check(f"a group size that does not fit is refused after {hub.weights_sent()} bytes",
          code in (64, 65) and hub.weights_sent() < 4_000_000, code, words)
    check("  nothing is left", home.left() == [], home.left())


@case
def cut_download(home):
    on("content", SHARDS[2], lambda request: cut(request) if first_byte(request) >= 4 << 20 else False)
    code, words = home.run()
    check("a cut that lasts ends with exit code 75", code == 75 and "error:" in words and "--resume" in words, code, words)
    print("      " + "\n      ".join(words.strip().splitlines()[-4:]))
    check("  the staging folder and the shards are kept", home.left() == [".baked.baking"] and len(home.blobs()) >= 4, home.left())
    hub.reset()
    code, words = home.run("--resume")
    rest = len(FILES[SHARDS[2]])
    check(f"  --resume fetches {hub.weights_sent()} bytes of the last shard's {rest}, and bakes the same",
          code == 0 and hub.weights_sent() <= rest and home.bin() == EXPECTED and "resumed:" in words, code, words)


@case
def interrupted(home):
    gate = threading.Event()
    on("content", SHARDS[1], lambda request: gate.wait(30) and False, after=2)
    process = home.start()
    until(lambda: home.staged() > 5_000_000)
    begin = time.time()
    process.send_signal(signal.SIGINT)
    _, words = process.communicate()
    seconds = time.time() - begin
    check(f"Ctrl-C ends a bake that waits for its download in {seconds:.1f} s with exit code 130",
          process.returncode == 130 and seconds < 3 and "--resume" in words, process.returncode, words)
    gate.set()
    hub.reset()
    code, words = home.run("--resume")
    check("  --resume goes on", code == 0 and "resumed:" in words and home.bin() == EXPECTED, words)


@case
def killed(home):
    for round in range(8):
        process = home.start("--resume")
        time.sleep(0.15 + 0.12 * round)
        process.kill()
        process.communicate()
        if home.bin() is not None:
            check(f"  killed bake {round} left a whole folder", home.bin() == EXPECTED)
            subprocess.run(["rm", "-r", home.destination])
    code, words = home.run("--resume")
    check("after 8 kills --resume gives the same bytes", code == 0 and home.bin() == EXPECTED, words)


@case
def killed_replacing(home):
    old = b"old"
    write(home.destination, {"openvino_model.bin": old})
    for round in range(12):
        for name in SHARDS:
            on("content", name, served(name, pause=0.002))
        process = home.start("--force", *(["--stream"] if round % 2 else []))
        time.sleep(0.1 + 0.1 * round)
        process.kill()
        process.communicate()
        hub.reset()
        found = home.bin()
        if found not in (old, EXPECTED):
            return check(f"killed bake {round} left something else than the old folder or the new one", False)
        write(home.destination, {"openvino_model.bin": old})
    check("bakes that replace a folder were killed 12 times: it was the old one or the new one", True)


@case
def wrong_content(home):
    on("content", SHARDS[1], served(SHARDS[1], spoiled))
    code, words = home.run()
    check("a wrong byte in a shard: exit code 65, file and sum are named",
          code == 65 and SHARDS[1] in words and MODEL.sums[SHARDS[1]] in words, code, words)
    check("  nothing of it is left", home.left() == [] and MODEL.sums[SHARDS[1]] not in home.blobs(), home.left())


@case
def wrong_size(home):
    on("content", SHARDS[0], served(SHARDS[0], lambda content: content[:-1000]))
    code, words = home.run()
    check("a shard that is too short: exit code 65", code == 65 and SHARDS[0] in words, code, words)


@case
def no_ranges(home):
    for name in SHARDS:
        on("content", name, served(name, ranges=False))
    code, words = home.run()
    check("a server without ranges", code == 0 and home.bin() == EXPECTED, code, words)


# MARK: streams

@case
def stream(home):
    code, words = home.run("--stream")
    check("a stream bakes the same", code == 0 and home.bin() == EXPECTED, words)
    sent = hub.weights_sent()
    check(f"  {sent} of {TOTAL} bytes were sent", sent <= TOTAL + len(SHARDS) * (4 << 20))
    check("  all sums are checked", "SHA-256 of 3 of 3 files was checked" in words, words)
    stored = home.cache + "-stored"
    home.run("--force", HF_HUB_CACHE=stored)
    hub.reset()
    code, words = home.run("--stream", "--force", HF_HUB_CACHE=stored)
    check("  what is in the cache is not streamed", code == 0 and hub.weights_sent() == 0, words)
    check("  no shard is stored", not any(MODEL.sums[name] in home.blobs() for name in SHARDS))


@case
def stream_cut(home):
    half = len(FILES[SHARDS[1]]) // 2
    on("content", SHARDS[1], lambda request: cut(request) if first_byte(request) >= half else False)
    on("content", SHARDS[2], lambda request: cut(request) if hub.sent.get(SHARDS[1], 0) > 0 else False, after=2)
    code, words = home.run("--stream")
    check("a cut of a stream that lasts: exit code 75", code == 75 and "--resume" in words, code, words)
    print("      " + "\n      ".join(words.strip().splitlines()[-4:]))
    check("  the staging folder is kept", home.left() == [".baked.baking"], home.left())
    hub.reset()
    code, words = home.run("--stream", "--resume")
    sent = hub.weights_sent()
    rest = len(FILES[SHARDS[1]]) - half + len(FILES[SHARDS[2]])
    check(f"  --resume fetches {sent} bytes; from the cut on there are {rest}, of {TOTAL}",
          code == 0 and sent <= rest + 5 * (4 << 20), code, words)
    check("  the bytes are those of an uncut bake", home.bin() == EXPECTED)
    check("  the files that an earlier run began are named, the other is checked",
          all(f"{name} was not checked" in words for name in SHARDS[:2]) and "1 of 3 files was checked" in words, words)


@case
def stream_killed(home):
    for name in SHARDS:
        on("content", name, served(name, pause=0.01))
    process = home.start("--stream")
    until(lambda: home.staged() > 10_000_000)
    process.kill()
    process.communicate()
    hub.reset()
    code, words = home.run("--stream", "--resume")
    check(f"a killed stream goes on: {hub.weights_sent()} of {TOTAL} bytes",
          code == 0 and hub.weights_sent() < 0.85 * TOTAL and home.bin() == EXPECTED, code, words)


@case
def stream_interrupted(home):
    gate = threading.Event()
    on("content", SHARDS[2], lambda request: gate.wait(30) and False, after=2)
    process = home.start("--stream")
    until(lambda: home.staged() > 12_000_000)
    begin = time.time()
    process.send_signal(signal.SIGINT)
    _, words = process.communicate()
    seconds = time.time() - begin
    check(f"Ctrl-C ends a stream that waits in {seconds:.1f} s with exit code 130",
          process.returncode == 130 and seconds < 3 and "--resume" in words, process.returncode, words)
    gate.set()
    hub.reset()
    code, words = home.run("--stream", "--resume")
    check(f"  --resume goes on with {hub.weights_sent()} of {TOTAL} bytes",
          code == 0 and hub.weights_sent() < 0.8 * TOTAL and home.bin() == EXPECTED, code, words)


@case
def stream_moved(home):
    on("content", SHARDS[1], cut, after=2)
    code, words = home.run("--stream")
    check("a stream is cut", code == 75, code, words)
    hub.reset()
    other = dict(FILES)
    other_config, other_tensors = random_llama(512, 6, 1536, 8000, 8, seed=8)
    hub.models["org/random"] = Model({"config.json": other_config} | sharded(other_tensors, 3), commit="f" * 40)
    code, words = home.run("--stream", "--resume")
    check("  the branch has moved: the bake starts anew", code == 0 and "nothing to resume" in words, words)
    check("  and is that of the new commit", home.bin() == expected({"config.json": other_config} | sharded(other_tensors, 3)))
    hub.models["org/random"] = MODEL


@case
def stream_spoiled(home):
    on("content", SHARDS[1], served(SHARDS[1], spoiled))
    code, words = home.run("--stream")
    check("a wrong byte in a stream: exit code 65, file and sum are named",
          code == 65 and SHARDS[1] in words and MODEL.sums[SHARDS[1]] in words, code, words)
    check("  nothing is left", home.left() == [], home.left())


@case
def stream_changed(home):
    on("content", SHARDS[0], lambda request: request.ranged(SHARDS[0], FILES[SHARDS[0]], "another"), after=2)
    code, words = home.run("--stream")
    check("content that changes in mid-stream: exit code 65", code == 65 and "changed" in words, code, words)
    check("  nothing is left", home.left() == [], home.left())


@case
def stream_without_ranges(home):
    for name in SHARDS:
        on("content", name, served(name, ranges=False))
    code, words = home.run("--stream")
    check("a server without ranges cannot be streamed from, and is said so", code == 75 and "Download" in words, code, words)


# MARK: the hub's refusals

@case
def refusals(home):
    for model, options, variables, wanted, sign in [
        ("org/nothing", [], {}, 66, "no model"),
        ("org/random", ["--revision", "v9"], {}, 66, "no revision"),
        ("org/gated", [], {}, 77, "gated"),
        ("org/gated", [], {"HF_TOKEN": "wrong"}, 77, "gated"),
        ("org/private", [], {}, 66, "private"),
        ("org/private", [], {"HF_TOKEN": "wrong"}, 77, "token"),
        ("org/no-config", [], {}, 66, "config.json"),
        ("not a name", [], {}, 64, "name"),
        ("org/random", [], {"HF_HUB_OFFLINE": "1"}, 66, "HF_HUB_OFFLINE"),
        ("org/random", [], {"HF_ENDPOINT": "nowhere"}, 64, "HF_ENDPOINT"),
    ]:
        code, words = home.run(*options, model=model, **variables)
        check(f"{model} {options} {variables}: exit code {wanted}", code == wanted and sign in words, code, words)
        check("  in at most three short lines", len(words.strip().splitlines()) <= 3 and "Error(" not in words, words)
    process = subprocess.run([OVEN, "bake", "--model_id", "org/random", "-o", home.destination], env=home.environment,
                             capture_output=True, text=True)
    check("a model without tokenizer is refused, and --no-tokenizer is named",
          process.returncode == 66 and "--no-tokenizer" in process.stderr, process.stderr)
    check("no weights were fetched for any of it", hub.weights_sent() == 0)


@case
def tokens(home):
    path = os.path.join(home.folder, "token")
    write(home.folder, {"token": b"hf_secret\n"})
    code, words = home.run(model="org/gated", HF_TOKEN_PATH=path)
    check("HF_TOKEN_PATH opens a gated model", code == 0, words)
    check("  the content server never sees the token", all(token is None for kind, _, _, token in hub.log if kind == "content"))
    code, words = home.run("--force", "--revision", MODEL.commit, model="org/gated", HF_TOKEN="hf_secret")
    check("HF_TOKEN and a commit do too", code == 0, words)


@case
def places(home):
    variables = {"HF_HUB_CACHE": "", "HF_HOME": os.path.join(home.folder, "hf")}
    code, words = home.run(**variables)
    folder = os.path.join(home.folder, "hf", "hub", "models--org--random", "snapshots", MODEL.commit)
    check("HF_HOME holds the cache", code == 0 and os.path.exists(os.path.join(folder, SHARDS[0])), words)


@case
def transient(home):
    date = lambda: email.utils.formatdate(time.time() + 2, usegmt=True)
    on("hub", "main", lambda request: request.reply(429, [("Retry-After", "1")]), times=1)
    on("hub", SHARDS[0], lambda request: request.reply(429, [("Retry-After", date())]), times=1)
    on("content", SHARDS[1], lambda request: request.reply(503), times=3)
    on("content", SHARDS[2], lambda request: served(SHARDS[2], cut_after=100_000)(request), times=4, after=3)
    code, words = home.run()
    check("429 with seconds and with a date, 503 and cuts are waited out", code == 0 and home.bin() == EXPECTED, code, words)
    check("  and told", "429" in words and "next attempt" in words, words)
    hub.reset()
    on("hub", "main", lambda request: request.reply(429, [("Retry-After", "9999")]))
    begin = time.time()
    code, words = home.run("--revision", "main", "--stream", "--force", HF_HUB_CACHE=home.cache + "2")
    check("a wait of hours is not waited for", code == 75 and "9999 s" in words and time.time() - begin < 5, code, words)
    hub.reset()
    on("content", SHARDS[0], lambda request: request.reply(403), times=2, after=1)
    code, words = home.run("--force", HF_HUB_CACHE=home.cache + "3")
    check("a signed address that has expired is renewed", code == 0, code, words)


def expected(files):
    """What a bake of the same files from a folder gives; what comes in by pieces is never calibrated."""
    with tempfile.TemporaryDirectory() as folder:
        write(os.path.join(folder, "source"), files)
        command = [OVEN, "bake", os.path.join(folder, "source"), "-o", os.path.join(folder, "out"), "--no-tokenizer",
                   "--calibrate", "none"]
        subprocess.run(command, check=True, capture_output=True)
        return open(os.path.join(folder, "out", "openvino_model.bin"), "rb").read()


MODEL = Model(FILES)
EXPECTED = expected(FILES)
hub.models = {
    "org/random": MODEL,
    "org/torch": Model({"config.json": config, "pytorch_model.bin": torch_file(tensors)}),
    "org/gated": Model(FILES, gated="auto", token="hf_secret"),
    "org/private": Model(FILES, token="hf_secret"),
    "org/no-config": Model({name: content for name, content in FILES.items() if name != "config.json"}),
    "org/unknown-family": Model(FILES | {"config.json": config.replace(b'"llama"', b'"unheard-of"')}),
}
for function in CASES:
    if FILTER in function.__name__:
        hub.reset()
        begin = time.time()
        with tempfile.TemporaryDirectory() as folder:
            function(Home(folder))
        print(f"    {function.__name__}: {time.time() - begin:.1f} s")
sys.exit(1 if failures else 0)
