import Checkpoints
import Foundation
import Tensors
import Testing

/// A folder that holds something else than a model, or only a part of one.
@Suite struct RefusedFolderTests {
  private static let safetensors = RefusedFolder.safetensors
  private static let config = Array("{}".utf8)

  @Test(
    arguments: [
      (["adapter_config.json", "adapter_model.safetensors"], "adapter (LoRA)", "BakeOptions.adapters"),
      (["adapters.safetensors"], "adapter (LoRA)", "BakeOptions.adapters"),
      (["openvino_model.xml", "openvino_model.bin"], "OpenVINO's format", "ReadyModel"),
      (["model_index.json"], "pictures", "language model"),
      (["zero_to_fp32.py", "latest"], "DeepSpeed", "zero_to_fp32.py"),
      ([".metadata", "__0_0.distcp"], "distributed checkpoint", "merge-weights"),
      (["params.json", "consolidated.00.pth"], "makers' own layout", "Hugging Face's layout"),
      (["params.json", "consolidated.safetensors"], "makers' own layout", "Hugging Face's layout"),
      (["tf_model.h5", "config.json"], "TensorFlow", "safetensors"),
      (["model.ckpt.index", "checkpoint"], "TensorFlow", "safetensors"),
      (["flax_model.msgpack"], "Flax", "safetensors"), (["model.onnx"], "ONNX", "safetensors"),
      (["model_q4.onnx", "config.json"], "ONNX", "safetensors"), (["model.nemo"], "NeMo", "safetensors"),
      (["rank0.engine"], "TensorRT", "safetensors"), (["model.mlpackage"], "Core ML", "safetensors"),
      (["config.json", "model.safetensors.incomplete"], "did not end", "download"),
      (["config.json", "model.safetensors.part"], "did not end", "download"),
      (["config.json", "model.gguf.aria2"], "did not end", "download"),
      (["model.zip"], "model.zip", "Unpack"), (["weights.tar.gz"], "weights.tar.gz", "Unpack"),
      (["README.md"], "no model", "hub"), (["config.json", "tokenizer.json"], "no model", "hub"),
    ] as [([String], String, String)])
  func isNamed(names: [String], word: String, mend: String) throws {
    let folder = try RefusedFolder()
    for name in names { try folder.add(name, name.hasSuffix(".json") ? Self.config : [1, 2, 3]) }
    folder.expectRefusal([word], mend: mend)
  }

  @Test func modelsInFoldersInsideAreNamed() throws {
    let cache = try RefusedFolder([
      "refs/main": [], "blobs/1": [], "snapshots/abc123/config.json": Self.config,
    ])
    cache.expectRefusal(["cache of a hub"], mend: "snapshots/abc123")
    let training = try RefusedFolder([
      "trainer_state.json": Self.config, "checkpoint-500/config.json": Self.config,
      "checkpoint-500/model.safetensors": Self.safetensors,
    ])
    training.expectRefusal(["training"], mend: "checkpoint-500")
    let nested = try RefusedFolder([
      "some-model/config.json": Self.config, "some-model/model.safetensors.index.json": Self.config,
      "other/notes.txt": [],
    ])
    nested.expectRefusal(["a folder that has one"], mend: "/some-model.")
  }

  @Test func missingShardsAreNamed() throws {
    let folder = try RefusedFolder([
      "model-00002-of-00003.safetensors": Self.safetensors,
      "model-00003-of-00003.safetensors": Self.safetensors,
    ])
    folder.expectRefusal(
      ["2 of 3 files", "model-00001-of-00003.safetensors is missing"], mend: "Fetch the missing")
    let names = (1...3).map { "model-0000\($0)-of-00003.safetensors" } + ["extra.safetensors"]
    let map = names.enumerated().map { "\"w\($0)\": \"\($1)\"" }.joined(separator: ",")
    try folder.add("model.safetensors.index.json", Array("{\"weight_map\": {\(map)}}".utf8))
    folder.expectRefusal(
      ["4 files, of which 2 are missing: extra.safetensors, model-00001-of-00003.safetensors"],
      mend: "Fetch them into")
    let torch = try RefusedFolder(["pytorch_model-00001-of-00002.bin": [1]])
    torch.expectRefusal(["1 of 2 files", "pytorch_model-00002-of-00002.bin is missing"], mend: "Fetch")
  }

  @Test func missingPartsOfAGGUFAreNamed() throws {
    let part = try MappedFile.bytes(Fixtures.path("gguf/split-00001-of-00003.gguf"))
    let folder = try RefusedFolder(["m-00001-of-00003.gguf": part])
    for name in [nil, "m-00001-of-00003.gguf"] {
      folder.expectRefusal(
        of: name, ["in 3 files, of which 2 are missing", "m-00002-of-00003.gguf"], mend: "Fetch them")
    }
    let last = try RefusedFolder(["m-00003-of-00003.gguf": part])
    last.expectRefusal(["of which 2 are missing", "m-00001-of-00003.gguf"], mend: "Fetch them")
    let renamed = try RefusedFolder(["m.gguf": part])
    renamed.expectRefusal(["one of several parts"], mend: "names back")
  }

  /// Two models, of which none is meant; what stands beside a model is none.
  @Test func severalModelsAreNotGuessed() throws {
    let model = try MappedFile.bytes(Fixtures.path("gguf/models/llama.gguf"))
    let two = try RefusedFolder(["m-Q4.gguf": model, "m-Q8.gguf": model])
    two.expectRefusal(["2 models .gguf"], mend: "m-Q4.gguf, m-Q8.gguf")
    var files: [String: [UInt8]] = [:]
    for part in 1...3 {
      let bytes = try MappedFile.bytes(Fixtures.path("gguf/split-0000\(part)-of-00003.gguf"))
      files["a-0000\(part)-of-00003.gguf"] = bytes
      files["b-0000\(part)-of-00003.gguf"] = bytes
    }
    try RefusedFolder(files).expectRefusal(["2 models .gguf"], mend: "a-00001-of-00003.gguf, b-00001")
    let beside = try RefusedFolder(["m-Q4.gguf": model, "mmproj-m-f16.gguf": [1], "imatrix.gguf": [1]])
    #expect(beside.refusal() == nil)
    let tensors = try RefusedFolder(["a.safetensors": Self.safetensors, "b.safetensors": Self.safetensors])
    tensors.expectRefusal(["2 models .safetensors"], mend: "a.safetensors, b.safetensors")
    let original = try RefusedFolder([
      "consolidated.safetensors": [1], "weights.safetensors": Self.safetensors, "config.json": Self.config,
    ])
    #expect(original.refusal() == nil)
  }
}

/// GGUF files that hold something else than a language model.
@Suite struct RefusedGGUFTests {
  private func expectRefusal(
    _ file: GGUFBuilder, _ word: String, mend: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let source = file.source
    let folder = try RefusedFolder(["model.gguf": source.bytes(at: 0, count: source.byteCount)])
    folder.expectRefusal([word], mend: mend, sourceLocation: sourceLocation)
  }

  @Test func whatIsNoModelIsNamed() throws {
    var adapter = GGUFBuilder(architecture: "llama")
    adapter.set("general.type", "adapter")
    adapter.set("adapter.type", "lora")
    adapter.add("blk.0.attn_q.weight.lora_a", [4, 8])
    try expectRefusal(adapter, "LoRA adapter", mend: "BakeOptions.adapters")
    var projector = GGUFBuilder(architecture: "clip")
    projector.add("v.patch_embd.weight", [4, 8])
    try expectRefusal(projector, "vision part", mend: "mmproj")
    var statistics = GGUFBuilder(architecture: "llama")
    statistics.set("general.type", "imatrix")
    try expectRefusal(statistics, "imatrix", mend: "own file")
    var vector = GGUFBuilder(architecture: "controlvector")
    vector.add("direction.1", [8])
    try expectRefusal(vector, "control vector", mend: "own file")
    try expectRefusal(GGUFBuilder(architecture: "llama"), "vocabulary without weights", mend: "own file")
    for (name, word) in [
      ("bert", "embeddings"), ("nomic-bert", "embeddings"), ("flux", "pictures"), ("t5", "encoder"),
      ("whisper", "speech"),
    ] {
      var model = GGUFBuilder(architecture: name)
      model.add("token_embd.weight", [4, 8])
      try expectRefusal(model, word, mend: "language model")
    }
    var unknown = GGUFBuilder(architecture: "quantum")
    unknown.add("token_embd.weight", [4, 8])
    try expectRefusal(unknown, "'quantum'", mend: "llama")
  }

  /// The format's version with its bytes turned around, and types by the numbers of ggml.h.
  @Test func otherLayoutsAreNamed() throws {
    let source = GGUFBuilder.llama.source
    let bytes = try source.bytes(at: 0, count: source.byteCount)
    for version in [[0, 0, 0, 3], [0, 0, 0, 2], [0, 0, 0, 1]] as [[UInt8]] {
      let folder = try RefusedFolder(["model.gguf": bytes.prefix(4) + version + bytes.dropFirst(8)])
      folder.expectRefusal(["big-endian"], mend: "little-endian")
    }
    for version in [[1, 0, 0, 0], [9, 0, 0, 0]] as [[UInt8]] {
      let folder = try RefusedFolder(["model.gguf": bytes.prefix(4) + version + bytes.dropFirst(8)])
      folder.expectRefusal(["version \(version[0])"], mend: "current version")
    }
    // The only tensor's type stands 12 bytes before the end of the header, which is padded to 32 bytes.
    let name = Array("token_embd.weight".utf8)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    let place = start + name.count + 4 + 16
    for (number, word, mend) in [
      (31, "Q4_0_4_4", "Q4_0"), (32, "Q4_0_4_8", "Q4_0"), (33, "Q4_0_8_8", "Q4_0"),
      (36, "IQ4_NL_4_4", "IQ4_NL"),
      (4, "Q4_2", "Q4_0"), (9, "Q8_1", "Q4_K"), (40, "NVFP4", "Q4_K"), (77, "type 77", "Q4_K"),
    ] as [(UInt8, String, String)] {
      var changed = bytes
      changed[place] = number
      try RefusedFolder(["model.gguf": changed]).expectRefusal(["token_embd.weight", word], mend: mend)
    }
  }
}
