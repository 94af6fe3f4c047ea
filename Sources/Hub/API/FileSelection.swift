import Errors

/// A way in which a model's weights are stored.
package enum WeightKind: String, Sendable, CaseIterable {
  /// `model.safetensors` or its shards.
  case safetensors
  /// `pytorch_model.bin` or its shards.
  case torch
  /// A ready-made OpenVINO folder.
  case openvino
  /// llama.cpp's single-file format.
  case gguf
}

/// Which files of a model are wanted.
package struct FileSelection: Sendable {
  /// The kinds of weights that will do; the first that the model has is taken, and no other. Empty: no weights,
  /// only config and tokenizer.
  package var weights: [WeightKind]
  /// Which of several GGUF files: a part of its name such as `Q4_K_M`, or all of it.
  package var gguf: String?
  /// Refuse a model without `config.json` or tokenizer files (a GGUF file contains both).
  package var requiresTokenizer: Bool
  /// Refuse a model without `config.json`, whether it needs a tokenizer or not.
  package var requiresConfig = false
  /// Every file of the model, chosen or not.
  package var everything: Bool

  /// What a bake needs.
  package init(
    weights: [WeightKind] = [.safetensors, .torch, .openvino, .gguf], gguf: String? = nil,
    requiresTokenizer: Bool = true, everything: Bool = false
  ) {
    self.weights = weights
    self.gguf = gguf
    self.requiresTokenizer = requiresTokenizer
    self.everything = everything
  }

  /// The files of `model` to fetch, small ones first, then the weights in the order of their shards.
  /// - Throws: `HubError`: `missingFile` names what the model lacks; `ambiguousChoice` lists what there is.
  package func files(of model: HubModel) throws(HubError) -> [HubFile] {
    if everything { return model.files.filter { $0.name != ".gitattributes" } }
    let companions = model.files.filter { Self.isCompanion($0) }.sorted { $0.path < $1.path }
    let (kind, files) = weights.isEmpty ? (nil, []) : try chooseWeights(of: model)
    if requiresTokenizer || requiresConfig, kind != .gguf { try checkCompanions(companions, of: model) }
    return companions + files
  }

  private func chooseWeights(of model: HubModel) throws(HubError) -> (WeightKind?, [HubFile]) {
    for kind in weights {
      let files =
        switch kind {
        case .safetensors: WeightFiles.safetensors(model)
        case .torch: WeightFiles.torch(model)
        case .openvino: WeightFiles.openvino(model)
        case .gguf: try WeightFiles.gguf(model, choice: gguf)
        }
      if !files.isEmpty {
        try WeightFiles.checkShards(files, of: model)
        return (kind, files)
      }
    }
    let kinds = weights.map(\.rawValue).joined(separator: ", ")
    throw HubError(
      .missingFile, "\(model.id) at \(model.commit.prefix(8)) has no weights of the kind \(kinds)",
      mend: "Its files: \(Self.sample(model.files.map(\.path))).")
  }

  private func checkCompanions(_ companions: [HubFile], of model: HubModel) throws(HubError) {
    let names = Set(companions.map(\.path))
    guard names.contains("config.json") else {
      throw HubError(
        .missingFile, "\(model.id) has no config.json, which says how the model is built",
        mend: "Take the model from which this one was made, or a repository that has all files.")
    }
    guard requiresTokenizer else { return }
    let hasTokenizer =
      names.contains { Self.tokenizerFiles.contains($0) || $0.hasSuffix(".tiktoken") }
      || names.isSuperset(of: ["vocab.json", "merges.txt"]) || names.contains("openvino_tokenizer.xml")
    guard hasTokenizer else {
      throw HubError(
        .missingFile,
        "\(model.id) has no tokenizer: none of tokenizer.json, tokenizer.model, vocab.json + merges.txt",
        advice: "Take the model that it was made from, or bake it with \(setting: .withoutTokenizer).")
    }
  }

  /// Files each of which is a whole tokenizer.
  private static let tokenizerFiles: Set<String> = [
    "tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tekken.json",
    "vocab.txt",
  ]

  private static let companionFiles: Set<String> = tokenizerFiles.union([
    "config.json", "generation_config.json", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json", "quantize_config.json",
    "quant_config.json", "hf_quant_config.json",
    "openvino_config.json", "openvino_tokenizer.xml", "openvino_tokenizer.bin", "openvino_detokenizer.xml",
    "openvino_detokenizer.bin",
  ])

  /// Whether the file belongs to config, tokenizer or templates. Programs (`.py`) never do.
  private static func isCompanion(_ file: HubFile) -> Bool {
    if companionFiles.contains(file.path) || file.isAtRoot && file.path.hasSuffix(".tiktoken") { return true }
    return file.path.hasPrefix("additional_chat_templates/") && file.path.hasSuffix(".jinja")
  }

  /// Some of `names`, for a message.
  package static func sample(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.isEmpty ? "none" : names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}
