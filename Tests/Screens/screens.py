"""Drives every screen in tmux at three widths and keeps them as text beside this file.

    screens.py OVEN BAKED       OVEN: the program; BAKED: a baked SmolLM2-135M-Instruct

`screens.json` names the screens that need no model. Those under "stable" are the same on every machine, and a test
compares them (Tests/EndToEndTests/ScreenTests.swift), and so it does with the conversation under "chat", in which answers,
devices and figures are left out; the others are for people to look at, with the figures that change from run to run taken
out.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Short names that are the same everywhere.
PLACE = "/tmp/oven-screens"
OVEN, BAKED, SHORT = "oven", "models/smollm2", "models/short"
WIDTHS = [40, 80, 200]


class Window:
    """A terminal of a width, with a shell in it."""

    def __init__(self, width, folder, height=300):
        self.count = 0
        self.socket = os.path.join(folder, f"tmux-{width}")
        home = os.path.join(folder, "home")
        os.makedirs(home, exist_ok=True)
        self.environment = {
            "PATH": PLACE + "/bin:" + os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8",
            "OVEN_MODELS": "/nowhere/models", "HF_HUB_OFFLINE": "1", "PS1": "$ ",
        }
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "env", "-i", *[f"{key}={value}" for key, value in self.environment.items()],
                  "sh", "-c", f"cd {PLACE}/files; exec sh")
        self.wait(r"\$ ")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-u", "-S", self.socket, *arguments], check=True, capture_output=True,
                              text=True).stdout

    def text(self):
        return self.tmux("capture-pane", "-p", "-S", "-").rstrip("\n")

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def key(self, name):
        self.tmux("send-keys", name)

    def paste(self, text):
        self.tmux("set-buffer", text)
        self.tmux("paste-buffer", "-p")

    def wait(self, ending, seconds=90, after=0):
        """Waits until the text behind the first `after` characters matches."""
        end = time.time() + seconds
        while time.time() < end:
            text = self.text()
            if re.search(ending, text[after:] + " ", re.MULTILINE):
                return text
            time.sleep(0.1)
        raise SystemExit(f"screens: {ending!r} did not appear in\n{self.text()}")

    def clear(self):
        self.tmux("send-keys", "-R")
        self.tmux("clear-history")

    def command(self, words):
        """What a command shows."""
        self.count += 1
        self.type("clear; " + words + f"; printf '\\nended %s of %s\\n' $? {self.count}")
        self.key("Enter")
        # The number tells the end of this command from that of the one before.
        ending = rf"^ended \d+ of {self.count}$"
        lines = self.wait(ending).split("\n")
        end = max(index for index, line in enumerate(lines) if re.match(ending, line))
        return "\n".join(line.rstrip() for line in lines[:end]).strip("\n") + "\n"

    def close(self):
        self.tmux("kill-server")


def settled(text):
    """Without what changes from run to run and from machine to machine."""
    text = re.sub(r"\d+(\.\d+)?( |\n)(s|min|h|ms|MB|GB|kB|B|tokens/s|%)(?=\W)", r"N\2\3", text)
    text = re.sub(r"(CPU|cache)(\s)\((?:[^()]|\([^()]*\))*\)", r"\1\2(NAME)", text)
    text = re.sub(r"from(\s+)/[^:]+:", r"from\1PATH:", text)
    text = re.sub(r"compiling(\s)for(\s)[^,]*,", r"compiling\1for\2NAME,", text)
    return text


def keep(name, width, text):
    folder = os.path.join(HERE, str(width))
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + ".txt"), "w") as file:
        file.write(text)


def chat(window, *options):
    """A conversation: what a person would try first."""
    window.clear()
    window.type(shlex.join([OVEN, "chat", BAKED, "--device", "CPU", "--temperature", "0",
                             "--max-new-tokens", "80", *options]))
    window.key("Enter")
    window.wait(r"^> *$")

    def say(text, ending):
        before = len(window.text())
        window.type(text)
        window.key("Enter")
        window.wait(ending, after=max(0, before - 2))
        window.wait(r"^> *$", after=max(0, before - 2))

    say("/help", r"new\s+line")
    say("Name the capital of France, in bold.", r"tokens/s")
    say("/regen", r"tokens/s")
    say("/set temperature 0.3", r"temperature\s+is\s+0.3")
    say("/set temperatur 1", r"did\s+you\s+mean")
    say("/show", "thinking")
    window.type("/se")
    window.key("Tab")
    window.type("t")
    window.key("Tab")
    window.type("temp")
    window.key("Tab")
    time.sleep(0.3)
    window.key("C-u")
    window.paste("a\ttab, क्षि, 1\ufe0f\u20e3 and 日本語 in one pasted line that is wider than a narrow terminal")
    time.sleep(0.3)
    window.key("C-c")
    say("/save ~/chat.json", "messages")
    say("/undo", r"Taken\s+back")
    say("/load ~/chat.json", r"messages;\s+the")
    before = len(window.text())
    window.type("/edit")
    window.key("Enter")
    window.wait(r"Change\s+the", after=before - 2)
    window.type(" Two items.")
    window.key("Enter")
    window.wait("tokens/s", after=before - 2)
    window.wait(r"^> *$", after=before - 2)
    say("/model", re.escape(BAKED.split("/")[0]))
    say("/model nothing", r"there\s+is\s+no")
    say(f"/model {BAKED}", r"goes\s+on")
    # A shell stops it at the prompt, and continues it.
    before = len(window.text())
    window.key("C-z")
    window.wait("Stopped", after=before - 2)
    window.type("fg")
    window.key("Enter")
    window.wait(r"^> *$", after=before)
    window.key("C-d")
    return window.wait(r"answers?,[\s\S]*^\$ *$")


def lasting(lines):
    """Of a conversation's lines those that are the same on every machine; ScreenTests.swift does the same."""
    kept, skips = [], None
    for line in lines:
        if skips and re.match(skips, line):
            skips = None
        if skips:
            continue
        if line.startswith("Ask away"):
            kept = []
        if line.startswith("device:"):
            skips = "context:"
        elif line.startswith("> Name the capital"):
            kept += [line, "ANSWER"]
            skips = "> "
        else:
            kept.append(re.sub(r"about \d+", "about N", line))
    return "\n".join(kept) + "\n"


def talk(window, pieces):
    """The conversation of screens.json, typed as it stands there."""
    window.clear()
    window.type(shlex.join([OVEN, "chat", BAKED, "--device", "CPU", "--temperature", "0", "--max-new-tokens", "20"]))
    window.key("Enter")
    window.wait(r"^Ask away")
    prompts = 1

    def shown():
        text = window.text()
        return text[text.index("Ask away"):].split("\n")

    for piece in pieces:
        text, until = (piece, None) if isinstance(piece, str) else (piece["type"], piece["until"])
        prompts += text.count("\r") + text.count("\x03")
        window.tmux("send-keys", "-H", *[f"{byte:02x}" for byte in text.encode()])
        end = time.time() + 60
        while time.time() < end:
            lines = shown()
            found = re.search(until, "\n".join(lines), re.MULTILINE) if until else None
            if found or (not until and sum(line.startswith(">") for line in lines) >= prompts):
                break
            time.sleep(0.05)
        else:
            raise SystemExit(f"screens: nothing came of {piece!r} in\n{window.text()}")
    result = lasting(shown())
    window.key("C-d")
    window.wait(r"^\$ *$")
    return result


def full(window):
    """A conversation that is longer than its context."""
    window.clear()
    window.type(shlex.join([OVEN, "chat", SHORT, "--device", "CPU", "--temperature", "0", "--max-new-tokens", "40"]))
    window.key("Enter")
    window.wait(r"^> *$")
    for question in ["Name the capital of France.", "Count from one to ten.", "And on to twenty.",
                     "Name the capital of France.", "word " * 300]:
        before = len(window.text())
        window.type(question)
        window.key("Enter")
        window.wait("tokens/s|holds", after=before - 2)
        window.wait(r"^> *$", after=before - 2)
    window.key("C-d")
    return window.wait(r"answers?,[\s\S]*^\$ *$")


def shorten(folder, tokens):
    """A copy of the model that sees no further than so many tokens."""
    shutil.copytree(sys.argv[2], folder)
    path = os.path.join(folder, "config.json")
    with open(path) as file:
        config = json.load(file)
    config["max_position_embeddings"] = tokens
    with open(path, "w") as file:
        json.dump(config, file)


def prepare():
    """The folder in which everything is tried: the program, the model, and files that are none."""
    shutil.rmtree(PLACE, ignore_errors=True)
    os.makedirs(PLACE + "/bin")
    os.symlink(os.path.abspath(sys.argv[1]), PLACE + "/bin/oven")
    shutil.copytree(os.path.join(HERE, "files"), PLACE + "/files")
    os.makedirs(PLACE + "/files/models")
    os.symlink(os.path.abspath(sys.argv[2]), PLACE + "/files/" + BAKED)
    shorten(PLACE + "/files/" + SHORT, 110)


def main():
    with open(os.path.join(HERE, "screens.json")) as file:
        screens = json.load(file)
    for width in WIDTHS:
        with tempfile.TemporaryDirectory() as folder:
            prepare()
            window = Window(width, folder)
            try:
                for kind in ["stable", "pages"]:
                    for screen in screens[kind]:
                        text = window.command(shlex.join([OVEN, *screen["arguments"]]))
                        keep(screen["name"], width, text if kind == "stable" else settled(text))
                ask = ["--device", "CPU", "--temperature", "0", "--max-new-tokens", "40"]
                for name, words in [("run", [BAKED, "Name the capital of France."]),
                                    ("run-too-long", [SHORT, "word " * 300])]:
                    keep(name, width, settled(window.command(shlex.join([OVEN, "run", *words, *ask]))))
                keep("chat-lasting", width, talk(window, screens["chat"]))
                keep("chat", width, settled(chat(window)))
                keep("chat-full", width, settled(full(window)))
            finally:
                window.close()
        print(f"screens: {width} columns", file=sys.stderr)
    shutil.rmtree(PLACE, ignore_errors=True)


if not shutil.which("tmux"):
    raise SystemExit("screens: needs tmux")
main()
