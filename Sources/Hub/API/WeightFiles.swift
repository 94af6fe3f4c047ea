import Errors

/// Which of a model's files are its weights, kind by kind. Duplicates of them (`onnx/`, `original/`, TensorFlow,
/// Flax, `consolidated` files, other precisions such as `model.fp16.safetensors`) are left where they are.
package enum WeightFiles {
  /// Whether the file holds tensors, and is not an index, a config or a part of the tokenizer.
  package static func isWeights(_ file: HubFile) -> Bool {
    if file.path.hasSuffix(".bin") { return !file.name.contains("tokenizer") }
    return file.path.hasSuffix(".safetensors") || file.path.lowercased().hasSuffix(".gguf")
  }

  /// Whether the names and places of its tensors can be read without reading most of the file.
  package static func hasReadableHeader(_ file: HubFile) -> Bool {
    file.path.hasSuffix(".safetensors") || file.path.hasSuffix(".bin")
  }

  package static func safetensors(_ model: HubModel) -> [HubFile] {
    let standard = standardSet(model, stem: "model", suffix: ".safetensors")
    if !standard.isEmpty { return standard }
    let others = model.files.filter { file in
      file.isAtRoot && file.path.hasSuffix(".safetensors")
        && !["adapter", "consolidated", "optimizer"].contains { file.path.hasPrefix($0) }
    }
    // Without a standard name only a single file is unambiguous.
    return others.count == 1 ? others : []
  }

  package static func torch(_ model: HubModel) -> [HubFile] {
    standardSet(model, stem: "pytorch_model", suffix: ".bin")
  }

  package static func openvino(_ model: HubModel) -> [HubFile] {
    let names = ["openvino_model.xml", "openvino_model.bin"]
    let files = names.compactMap { model.file($0) }
    return files.count == names.count ? files : []
  }

  /// - Throws: `HubError` of code `ambiguousChoice` where several files fit.
  package static func gguf(_ model: HubModel, choice: String?) throws(HubError) -> [HubFile] {
    // A multimodal projector is no language model.
    let all = model.files.filter {
      $0.path.lowercased().hasSuffix(".gguf") && !$0.name.lowercased().contains("mmproj")
    }
    let wanted = choice?.lowercased()
    var groups: [String: [HubFile]] = [:]
    for file in all where wanted.map({ file.path.lowercased().contains($0) }) ?? true {
      groups[Shard(file.path)?.stem ?? file.path, default: []].append(file)
    }
    if let exact = wanted.flatMap({ name in all.first { $0.path.lowercased() == name } }),
      Shard(exact.path) == nil
    {
      return [exact]
    }
    if groups.isEmpty, let choice, !all.isEmpty {
      throw HubError(
        .missingFile, "\(model.id) has no GGUF file whose name contains \"\(choice)\"",
        mend: "It has: \(FileSelection.sample(all.map(\.path).sorted())).")
    }
    guard groups.count <= 1 else {
      throw HubError(
        .ambiguousChoice, "\(model.id) offers \(groups.count) GGUF files",
        advice:
          "Choose one with \(setting: .ggufChoice), for example Q4_K_M: \(FileSelection.sample(groups.keys.sorted()))."
      )
    }
    return groups.first?.value.sorted { $0.path < $1.path } ?? []
  }

  /// One file, or an index with its shards. The single file is preferred, as in transformers.
  private static func standardSet(_ model: HubModel, stem: String, suffix: String) -> [HubFile] {
    if let single = model.file(stem + suffix) { return [single] }
    let shards = model.files.filter { Shard($0.path)?.stem == stem && $0.path.hasSuffix(suffix) }
    guard !shards.isEmpty else { return [] }
    let index = model.file(stem + suffix + ".index.json").map { [$0] } ?? []
    return index + shards.sorted { $0.path < $1.path }
  }

  /// - Throws: `HubError` of code `missingFile` where a set of shards has a gap.
  package static func checkShards(_ files: [HubFile], of model: HubModel) throws(HubError) {
    let shards = files.compactMap { Shard($0.path) }
    guard let first = shards.first else { return }
    let numbers = Set(shards.map(\.number))
    if shards.contains(where: { $0.count != first.count }) {
      throw HubError(
        .ambiguousChoice, "\(model.id) has shards of several sets of weights at once: \(first.stem)…")
    }
    if let missing = (1...max(first.count, 1)).first(where: { !numbers.contains($0) }) {
      throw HubError(
        .missingFile,
        "\(model.id) has \(numbers.count) of the \(first.count) shards of \(first.stem): "
          + "number \(missing) is missing",
        mend: "Its upload was not finished; take another revision or repository.")
    }
  }
}

/// The name of a part of a file set: `stem-00002-of-00005.suffix`.
package struct Shard: Equatable {
  package var stem: String
  package var number: Int
  package var count: Int

  /// Nil where `path` is not the name of a shard.
  package init?(_ path: String) {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    let parts = path[..<dot].split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[parts.count - 2] == "of", let count = Int(parts[parts.count - 1]),
      let number = Int(parts[parts.count - 3]), (1...100_000).contains(count), (1...count).contains(number)
    else { return nil }
    stem = parts.dropLast(3).joined(separator: "-")
    self.number = number
    self.count = count
  }
}
