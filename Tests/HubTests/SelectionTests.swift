import Hub
import Testing

@Suite("Choice of a model's files")
struct SelectionTests {
  private func model(_ paths: [String]) throws -> HubModel {
    HubModel(
      id: try HubModelID("org/model"), revision: "main", commit: String(repeating: "a", count: 40),
      files: paths.map { HubFile(path: $0, size: 1, etag: String(repeating: "b", count: 40)) })
  }

  private func chosen(_ paths: [String], _ selection: FileSelection = .init()) throws -> [String] {
    try selection.files(of: try model(paths)).map(\.path)
  }

  private func refusal(_ paths: [String], _ selection: FileSelection = .init()) -> HubError? {
    do {
      _ = try chosen(paths, selection)
      return nil
    } catch {
      return error as? HubError
    }
  }

  private static let companions = ["config.json", "generation_config.json", "tokenizer.json"]

  @Test("one copy of the weights, of the best kind, and no duplicates")
  func everyKind() throws {
    let paths =
      Self.companions + [
        ".gitattributes", "README.md", "LICENSE", "modeling_custom.py", "tokenizer_config.json", "vocab.json",
        "merges.txt", "chat_template.jinja", "additional_chat_templates/tools.jinja",
        "model.fp16.safetensors",
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "onnx/model.onnx", "onnx/config.json",
        "original/consolidated.00.pth", "consolidated.safetensors", "model.gguf", "training_args.bin",
        "openvino_model.xml", "openvino_model.bin",
      ]
    let expected =
      [
        "additional_chat_templates/tools.jinja", "chat_template.jinja", "config.json",
        "generation_config.json",
        "merges.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json",
      ]
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    #expect(try chosen(paths) == expected + ["model.safetensors.index.json"] + shards)
    #expect(try chosen(paths, .init(weights: [.torch])) == expected + ["pytorch_model.bin"])
    #expect(try chosen(paths, .init(weights: [.gguf])) == expected + ["model.gguf"])
    let openvino = try chosen(paths, .init(weights: [.openvino, .safetensors]))
    #expect(openvino == expected + ["openvino_model.xml", "openvino_model.bin"])
    #expect(try chosen(paths, .init(everything: true)).count == paths.count - 1)
  }

  @Test("weights by another name are taken where there is only one")
  func oddName() throws {
    #expect(try chosen(Self.companions + ["neural-chat.safetensors"]).last == "neural-chat.safetensors")
    #expect(refusal(Self.companions + ["a.safetensors", "b.safetensors"])?.code == .missingFile)
    #expect(refusal(Self.companions + ["adapter_model.safetensors"])?.code == .missingFile)
  }

  @Test("a single file is preferred to shards, as in transformers")
  func singleAndShards() throws {
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    #expect(try chosen(Self.companions + shards + ["model.safetensors"]).last == "model.safetensors")
  }

  @Test("shards with a gap are refused, naming it")
  func gap() {
    let error = refusal(
      Self.companions + ["model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors"])
    #expect(error?.code == .missingFile)
    #expect(error?.message.contains("number 2") == true)
  }

  @Test("a model without config or tokenizer is refused, naming the file")
  func companionsMissing() throws {
    let config = refusal(["model.safetensors", "tokenizer.json"])
    #expect(config?.code == .missingFile && config?.message.contains("config.json") == true)
    let tokenizer = refusal(["model.safetensors", "config.json", "tokenizer_config.json", "vocab.json"])
    #expect(tokenizer?.code == .missingFile && tokenizer?.message.contains("tokenizer.json") == true)
    #expect(try chosen(["model.safetensors"], .init(requiresTokenizer: false)) == ["model.safetensors"])
    for alone in ["tokenizer.model", "qwen.tiktoken", "spiece.model"] {
      #expect(try chosen(["config.json", "model.safetensors", alone]).contains(alone))
    }
    #expect(try chosen(["config.json", "model.safetensors", "vocab.json", "merges.txt"]).count == 4)
  }

  @Test("one GGUF file of many")
  func gguf() throws {
    let paths = [
      "README.md", "m-Q4_K_M.gguf", "m-Q8_0.gguf", "mmproj-F16.gguf", "BF16/m-BF16-00002-of-00002.gguf",
      "BF16/m-BF16-00001-of-00002.gguf",
    ]
    let open = refusal(paths)
    #expect(open?.code == .ambiguousChoice && open?.mend.contains("m-Q8_0.gguf") == true)
    #expect(try chosen(paths, .init(gguf: "q4_k_m")) == ["m-Q4_K_M.gguf"])
    let parts = ["BF16/m-BF16-00001-of-00002.gguf", "BF16/m-BF16-00002-of-00002.gguf"]
    #expect(try chosen(paths, .init(gguf: "BF16")) == parts)
    #expect(refusal(paths, .init(gguf: "Q2_K"))?.mend.contains("m-Q4_K_M.gguf") == true)
    #expect(try chosen(["x-Q4_0.gguf", "x-Q4_0_4_4.gguf"], .init(gguf: "x-Q4_0.gguf")) == ["x-Q4_0.gguf"])
  }

  @Test("only config and tokenizer")
  func companionsOnly() throws {
    #expect(try chosen(Self.companions + ["model.safetensors"], .init(weights: [])) == Self.companions)
    #expect(refusal(["tokenizer.json"], .init(weights: []))?.message.contains("config.json") == true)
  }

  @Test("no weights at all: what there is instead")
  func nothing() {
    let error = refusal(["README.md", "tf_model.h5"])
    #expect(error?.code == .missingFile)
    #expect(error?.mend.contains("tf_model.h5") == true)
  }

  @Test("names of shards")
  func shards() {
    #expect(Shard("model-00002-of-00011.safetensors")?.number == 2)
    #expect(Shard("a/b-q4-00001-of-00003.gguf")?.stem == "a/b-q4")
    for bad in [
      "model.safetensors", "model-00000-of-00002.bin", "model-3-of-2.bin", "model-of-2.bin", "x-1-of-y.bin",
    ] {
      #expect(Shard(bad) == nil)
    }
  }
}
