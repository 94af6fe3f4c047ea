"""Shares a hub cache between Oven and huggingface_hub, in both directions, against a small hub on the loopback.

    hub_layout.py OVEN            OVEN: the oven program; needs huggingface_hub (1.33 was used)

What one of them downloaded, the other has to find, without another byte of content; and both have to write the same
tree: names of blobs, targets of links, references.
"""
import hashlib
import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading

REPOSITORY = "org/tiny-model"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
random.seed(100)
FILES = {
    "config.json": (b'{"model_type": "llama"}', False),
    "generation_config.json": (b"{}", False),
    "tokenizer.json": (random.randbytes(50_000), True),
    "additional_chat_templates/rag.jinja": (b"{{ messages }}", False),
    "model.safetensors": (random.randbytes(40_000_000), True),
}
content_bytes = 0


def etag(name):
    content, is_large = FILES[name]
    if is_large:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def entry(name):
    content, is_large = FILES[name]
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    large = {"oid": etag(name), "sha256": etag(name), "size": len(content), "pointerSize": 134}
    both = {"type": "file", "path": name, "rfilename": name, "size": len(content), "oid": blob, "blobId": blob}
    return both | ({"lfs": large} if is_large else {})


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            return self.json({"id": REPOSITORY, "sha": COMMIT, "siblings": [entry(name) for name in FILES]})
        if path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            return self.json([entry(name) for name in FILES])
        prefix = f"/{REPOSITORY}/resolve/"
        if path.startswith(prefix):
            name = path[len(prefix):].split("/", 1)[1]
            if name not in FILES:
                return self.reply(404, [("X-Error-Code", "EntryNotFound")], b"")
            headers = [("X-Repo-Commit", COMMIT), ("ETag", f'"{etag(name)}"')]
            if FILES[name][1]:
                headers += [("X-Linked-Etag", f'"{etag(name)}"'), ("X-Linked-Size", str(len(FILES[name][0])))]
            return self.reply(302 if FILES[name][1] else 307, headers + [("Location", f"/content/{name}")], b"")
        if path.startswith("/content/"):
            return self.content(path[len("/content/"):])
        self.reply(404, [("X-Error-Code", "RepoNotFound")], b"")

    def content(self, name):
        global content_bytes
        content = FILES[name][0]
        headers = [("ETag", f'"{etag(name)}"'), ("Accept-Ranges", "bytes"), ("X-Repo-Commit", COMMIT)]
        status = 200
        if "Range" in self.headers:
            first, last = self.headers["Range"][len("bytes="):].split("-")
            last = int(last) if last else len(content) - 1
            headers.append(("Content-Range", f"bytes {first}-{last}/{len(content)}"))
            content, status = content[int(first):last + 1], 206
        if self.command == "GET":
            content_bytes += len(content)
        self.reply(status, headers, content)

    def json(self, value):
        self.reply(200, [("Content-Type", "application/json")], json.dumps(value).encode())

    def reply(self, status, headers, body):
        self.send_response(status)
        for header in headers + [("Content-Length", str(len(body)))]:
            self.send_header(*header)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def tree(cache):
    """Every file and link below the cache that belongs to the shared layout; hubs' private notes left out."""
    rows = {}
    for folder, _, names in os.walk(cache):
        for name in names:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, cache)
            if "/trees/" in key or key.endswith(".lock") or key == "CACHEDIR.TAG":
                continue
            rows[key] = os.readlink(path) if os.path.islink(path) else hashlib.sha256(open(path, "rb").read()).hexdigest()
    return rows


PYTHON = """
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1], allow_patterns=sys.argv[2:]))
"""


def fetch(command, port, cache, **extra):
    global content_bytes
    content_bytes = 0
    environment = dict(os.environ, HF_ENDPOINT=f"http://127.0.0.1:{port}", HF_HUB_CACHE=cache, **extra)
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return output.strip().splitlines()[-1], content_bytes


def main():
    oven = [sys.argv[1], "pull", REPOSITORY]
    peer = [sys.executable, "-c", PYTHON, REPOSITORY, *FILES]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    total = sum(len(content) for content, _ in FILES.values())
    failures = 0

    def check(text, good):
        nonlocal failures
        failures += not good
        print("ok  " if good else "FAIL", text)

    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
        for first, second, cache, names in [(oven, peer, ours, "oven, huggingface_hub"),
                                            (peer, oven, theirs, "huggingface_hub, oven")]:
            path, count = fetch(first, port, cache)
            check(f"{names}: the first fetches {count} of {total} bytes", count == total)
            again, count = fetch(second, port, cache)
            check(f"{names}: the second fetches {count} bytes and names the same folder", count == 0 and again == path)
            offline, count = fetch(second, 1, cache, HF_HUB_OFFLINE="1")
            check(f"{names}: the second finds it offline", offline == path)
        check("both wrote the same tree", tree(ours) == tree(theirs))
        for key in sorted(set(tree(ours).items()) ^ set(tree(theirs).items())):
            print("    differs:", key)
        blob = os.path.join(ours, "models--org--tiny-model", "blobs", etag("model.safetensors"))
        os.rename(blob, blob + ".incomplete")
        os.truncate(blob + ".incomplete", 30_000_000)
        _, count = fetch(oven, port, ours)
        check(f"oven goes on after a cut: {count} bytes", count == 10_000_000)
        _, count = fetch(peer, port, ours)
        check("huggingface_hub accepts what was put together", count == 0)
        content = open(os.path.join(path, "model.safetensors"), "rb").read()
        check("the content is right", content == FILES["model.safetensors"][0])
    sys.exit(1 if failures else 0)


main()
