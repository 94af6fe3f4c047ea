"""A hub of models on the loopback that behaves as huggingface.co does, and misbehaves on request.

Two servers: the hub (listing, `resolve`, small files) and the content server of big files, to which signed addresses
lead. `Hub.faults` are functions that may answer in their place.
"""
import collections
import hashlib
import http.server
import io
import json
import math
import os
import pickle
import random
import struct
import sys
import threading
import time
import types
import zipfile


class Model:
    """Files by path; what is large lies on the content server."""

    def __init__(self, files, commit="0123456789abcdef0123456789abcdef01234567", gated=False, token=None):
        self.files, self.commit, self.gated, self.token = files, commit, gated, token
        self.sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}

    def is_large(self, name):
        return name.endswith((".safetensors", ".bin", ".gguf", "tokenizer.json"))

    def blob(self, name):
        if self.is_large(name):
            return "0" * 40  # Git has a pointer there, which nobody reads.
        return hashlib.sha1(b"blob %d\0" % len(self.files[name]) + self.files[name]).hexdigest()

    def etag(self, name):
        return self.sums[name] if self.is_large(name) else self.blob(name)

    def listing(self, repository):
        entries = []
        for name, content in self.files.items():
            entry = {"rfilename": name, "size": len(content), "blobId": self.blob(name)}
            if self.is_large(name):
                entry["lfs"] = {"sha256": self.sums[name], "size": len(content), "pointerSize": 134}
            entries.append(entry)
        return {"id": repository, "sha": self.commit, "gated": self.gated, "siblings": entries}


class Hub:
    """Both servers, the models, the log and what goes wrong."""

    def __init__(self):
        self.models = {}
        self.faults = []
        self.sent = {}          # bytes of content by file name
        self.log = []           # (server, path, Range, Authorization)
        self.signature = 1
        self.lock = threading.Lock()
        self.servers = [self.serve("hub"), self.serve("content")]
        self.hub, self.content = [f"http://127.0.0.1:{server.server_address[1]}" for server in self.servers]

    def serve(self, kind):
        hub = self

        class Handler(Request):
            def do_GET(self):
                self.kind, self.owner = kind, hub
                self.answer()

            do_HEAD = do_GET

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # A client that goes away is part of the tests.
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def reset(self):
        self.faults, self.sent, self.log = [], {}, []

    def weights_sent(self):
        with self.lock:
            return sum(count for name, count in self.sent.items() if name.endswith((".safetensors", ".bin")))


class Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        path = self.path.split("?")[0]
        with self.owner.lock:
            self.owner.log.append((self.kind, path, self.headers["Range"], self.headers["Authorization"]))
        try:
            for fault in list(self.owner.faults):
                if fault(self, path):
                    return
            self.hub(path) if self.kind == "hub" else self.big(path)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def hub(self, path):
        parts = path.strip("/").split("/")
        repository = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        model = self.owner.models.get(repository)
        if model is None:
            return self.reply(404, [("X-Error-Code", "RepoNotFound")])
        if model.token and self.headers["Authorization"] != f"Bearer {model.token}":
            return self.reply(401, [("X-Error-Code", "GatedRepo")] if model.gated else [])
        if parts[0] == "api":
            if parts[5] not in ("main", model.commit):
                return self.reply(404, [("X-Error-Code", "RevisionNotFound")])
            return self.reply(200, [("Content-Type", "application/json")], json.dumps(model.listing(repository)).encode())
        name = "/".join(parts[4:])
        if name not in model.files:
            return self.reply(404, [("X-Error-Code", "EntryNotFound")])
        if not model.is_large(name):
            return self.ranged(name, model.files[name], model.etag(name))
        address = f"{self.owner.content}/{model.sums[name]}/{name}?Expires=60&Signature={self.owner.signature}"
        self.reply(302, [("Location", address), ("X-Repo-Commit", model.commit),
                         ("X-Linked-Etag", f'"{model.etag(name)}"'), ("X-Linked-Size", str(len(model.files[name])))])

    def big(self, path):
        if self.headers["Authorization"] or not self.path.endswith(f"Signature={self.owner.signature}"):
            return self.reply(403)
        _, digest, name = path.split("/", 2)
        for model in self.owner.models.values():
            if model.sums.get(name) == digest:
                return self.ranged(name, model.files[name], "content-" + digest[:8])
        self.reply(404)

    def ranged(self, name, content, tag, cut_after=None, ranges=True, pause=0):
        """The content, or the range that was asked for; a cut closes the connection after so many bytes."""
        first, end, status = 0, len(content), 200
        headers = [("ETag", f'"{tag}"'), ("Accept-Ranges", "bytes")]
        if ranges and self.headers["Range"] and self.headers["If-Range"] in (None, f'"{tag}"'):
            bounds = self.headers["Range"][len("bytes="):].split("-")
            first, end, status = int(bounds[0]), min(end, int(bounds[1] or end - 1) + 1), 206
            headers.append(("Content-Range", f"bytes {first}-{end - 1}/{len(content)}"))
        self.start(status, headers + [("Content-Length", str(end - first))])
        if self.command == "HEAD":
            return
        stop = end if cut_after is None else min(end, first + cut_after)
        while first < stop:
            piece = content[first:min(first + 65536, stop)]
            self.wfile.write(piece)
            with self.owner.lock:
                self.owner.sent[name] = self.owner.sent.get(name, 0) + len(piece)
            first += len(piece)
            time.sleep(pause)
        if first < end:
            self.close_connection = True
            self.connection.close()

    def reply(self, status, headers=[], body=b""):
        self.start(status, list(headers) + [("Content-Length", str(len(body)))])
        if self.command != "HEAD":
            self.wfile.write(body)
        return True

    def start(self, status, headers):
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def safetensors(tensors):
    """The file of `(name, dtype, shape, bytes)`, in that order."""
    header, position = {}, 0
    for name, dtype, shape, content in tensors:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [position, position + len(content)]}
        position += len(content)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(content for *_, content in tensors)


def read_safetensors(content):
    count = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + count])
    header.pop("__metadata__", None)
    data = content[8 + count:]
    return [(name, entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()]


class TorchTensor:
    """What PyTorch's pickles say of a tensor, for `torch_file`."""

    def __init__(self, key, shape, count):
        self.key, self.shape, self.count = key, shape, count

    def __reduce__(self):
        strides = tuple(math.prod(self.shape[axis + 1:]) for axis in range(len(self.shape)))
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (
            Storage(self.key, self.count), 0, tuple(self.shape), strides, False, collections.OrderedDict())


class Storage:
    def __init__(self, key, count):
        self.key, self.count = key, count


class TorchPickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", sys.modules["torch"].BFloat16Storage, value.key, "cpu", value.count)


def torch_file(tensors):
    """The same tensors, all of them BF16, as `torch.save` writes them; no PyTorch is needed."""
    torch, utilities = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.BFloat16Storage = type("BFloat16Storage", (), {"__module__": "torch"})
    exec("def _rebuild_tensor_v2(): pass", utilities.__dict__)
    utilities._rebuild_tensor_v2.__module__ = "torch._utils"
    sys.modules |= {"torch": torch, "torch._utils": utilities}
    state = {name: TorchTensor(str(index), shape, len(content) // 2)
             for index, (name, _, shape, content) in enumerate(tensors)}
    pickled, archive = io.BytesIO(), io.BytesIO()
    TorchPickler(pickled, protocol=2).dump(state)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr("archive/data.pkl", pickled.getvalue())
        for index, (*_, content) in enumerate(tensors):
            file.writestr(f"archive/data/{index}", content)
        file.writestr("archive/version", b"3\n")
    return archive.getvalue()


def sharded(tensors, count):
    """The tensors in shards of about equal size with their index, as the hub has them."""
    total = sum(len(content) for *_, content in tensors)
    shards, size = [[]], 0
    for tensor in tensors:
        if size >= total * len(shards) / count:
            shards.append([])
        shards[-1].append(tensor)
        size += len(tensor[3])
    names = [f"model-{index + 1:05}-of-{len(shards):05}.safetensors" for index in range(len(shards))]
    files = {name: safetensors(shard) for name, shard in zip(names, shards)}
    index = {"metadata": {"total_size": total},
             "weight_map": {tensor[0]: name for name, shard in zip(names, shards) for tensor in shard}}
    return files | {"model.safetensors.index.json": json.dumps(index).encode()}


def random_llama(hidden, layers, intermediate, vocabulary, heads, seed=7, value_heads=None):
    """`config.json` and the tensors of a Llama of random bf16 numbers, in the order that safetensors writes."""
    source = random.Random(seed)
    exponents = bytes([0x3B, 0x3C, 0xBB, 0xBC][byte & 3] for byte in range(256))
    key_value = hidden // heads * (value_heads or heads)

    def numbers(*shape):
        count = 1
        for extent in shape:
            count *= extent
        content = bytearray(2 * count)
        content[0::2] = source.randbytes(count)
        content[1::2] = source.randbytes(count).translate(exponents)
        return ["BF16", list(shape), bytes(content)]

    shapes = {"model.embed_tokens.weight": (vocabulary, hidden), "model.norm.weight": (hidden,),
              "lm_head.weight": (vocabulary, hidden)}
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        shapes |= {prefix + "input_layernorm.weight": (hidden,), prefix + "post_attention_layernorm.weight": (hidden,),
                   prefix + "self_attn.q_proj.weight": (hidden, hidden),
                   prefix + "self_attn.k_proj.weight": (key_value, hidden),
                   prefix + "self_attn.v_proj.weight": (key_value, hidden),
                   prefix + "self_attn.o_proj.weight": (hidden, hidden),
                   prefix + "mlp.gate_proj.weight": (intermediate, hidden),
                   prefix + "mlp.up_proj.weight": (intermediate, hidden),
                   prefix + "mlp.down_proj.weight": (hidden, intermediate)}
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": hidden,
              "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": value_heads or heads,
              "intermediate_size": intermediate, "vocab_size": vocabulary, "max_position_embeddings": 4096,
              "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0, "tie_word_embeddings": False}
    return json.dumps(config).encode(), [(name, *numbers(*shapes[name])) for name in sorted(shapes)]


def write(folder, files):
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
