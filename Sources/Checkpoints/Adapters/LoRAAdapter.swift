import Files
import JSON
import Tensors

/// A LoRA adapter as PEFT saves it: for some weights of a model two narrow matrices, whose product is added to them.
package struct LoRAAdapter: Sendable {
  /// The folder.
  package let path: String
  /// The model that it was made for, as far as it says.
  package let baseModel: String?
  /// The file with the matrices.
  package let file: CheckpointFile
  /// What is added, by the name of the weight.
  package let updates: [String: LowRankUpdate]
  /// Weights that take the place of the model's, by name (`modules_to_save`).
  package let replacements: [String: any StoredTensor]

  /// Reads the adapter in a folder; headers only.
  /// - Throws: `CheckpointError` for a folder that has none, or one of a kind that cannot be merged.
  package init(folder: String) throws {
    path = folder
    let configPath = "\(folder)/adapter_config.json"
    guard FileStatus(at: configPath)?.kind == .file else {
      throw CheckpointError(
        .notFound, "\(folder) is no LoRA adapter: it has no adapter_config.json",
        mend: "Give the folder that PEFT saved, with adapter_config.json and adapter_model.safetensors.")
    }
    let configuration = try AdapterConfiguration(
      try JSONFile.read(try FileByteSource(path: configPath), maximumByteCount: 1 << 22), file: configPath)
    baseModel = configuration.baseModel
    let names = ["adapter_model.safetensors", "adapter_model.bin"]
    guard let name = names.first(where: { FileStatus(at: "\(folder)/\($0)")?.kind == .file }) else {
      throw CheckpointError(
        .notFound, "\(folder) has neither adapter_model.safetensors nor adapter_model.bin",
        mend: "Fetch the adapter again, with its weights.")
    }
    let source = try FileByteSource(path: "\(folder)/\(name)")
    guard let format = try PlainFormat(of: source) else {
      throw CheckpointError(.notACheckpoint, "\(source.name) is not of a known format")
    }
    file = CheckpointFile(source)
    let table = try TensorTable(try format.tensors(of: source), of: source.name)
    (updates, replacements) = try LoRAAdapter.read(table, configuration, file: source.name)
  }

  private static func read(
    _ table: TensorTable, _ configuration: AdapterConfiguration, file: String
  ) throws(CheckpointError) -> ([String: LowRankUpdate], [String: any StoredTensor]) {
    var updates: [String: LowRankUpdate] = [:]
    var replacements: [String: any StoredTensor] = [:]
    for tensor in table.all {
      let name = plainName(tensor.name)
      if let module = removing(".lora_A.weight", from: name) {
        guard let second = table.tensor(named: tensor.name.replacingLast("lora_A", with: "lora_B")) else {
          throw CheckpointError(.inconsistent, "\(file) has '\(tensor.name)' but no lora_B beside it")
        }
        updates["\(module).weight"] = try LowRankUpdate(
          down: tensor, up: second, isTransposed: configuration.isTransposed,
          factor: configuration.factor(of: module, rank: tensor.shape.rows), file: file)
      } else if let module = removing(".lora_embedding_A", from: name) {
        guard let second = table.tensor(named: tensor.name.replacingLast("embedding_A", with: "embedding_B"))
        else { throw CheckpointError(.inconsistent, "\(file) has '\(tensor.name)' but no lora_embedding_B") }
        updates["\(module).weight"] = try LowRankUpdate(
          down: tensor, up: second, isTransposed: true,
          factor: configuration.factor(of: module, rank: tensor.shape.rows), file: file)
      } else if name.hasSuffix(".lora_B.weight") || name.hasSuffix(".lora_embedding_B") {
        continue
      } else if name.contains(".lora_") {
        throw CheckpointError(
          .unsupported, "\(file) holds '\(tensor.name)', which no plain LoRA adapter has",
          mend: "Merge it into its base model with PEFT (merge_and_unload), and bake the result.")
      } else {
        replacements[saved(name)] = tensor
      }
    }
    guard !updates.isEmpty || !replacements.isEmpty else {
      throw CheckpointError(.malformed, "\(file) changes no weight")
    }
    return (updates, replacements)
  }

  /// A name without what PEFT puts before it, and without the adapter's name in it.
  private static func plainName(_ name: String) -> String {
    let prefix = "base_model.model."
    var plain = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    for part in ["lora_A", "lora_B"] where plain.contains(".\(part).default.") {
      plain = plain.replacingLast("\(part).default", with: part)
    }
    return plain
  }

  /// The name of a whole module's tensor without what says that it was saved.
  private static func saved(_ name: String) -> String {
    name.split(separator: ".").filter { !["modules_to_save", "base_layer", "original_module"].contains($0) }
      .joined(separator: ".")
  }

  private static func removing(_ ending: String, from name: String) -> String? {
    name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : nil
  }
}

extension String {
  /// The text with the last occurrence of `part` replaced.
  fileprivate func replacingLast(_ part: String, with other: String) -> String {
    let (text, part) = (Array(utf8), Array(part.utf8))
    guard text.count >= part.count else { return self }
    for start in stride(from: text.count - part.count, through: 0, by: -1)
    where text[start..<start + part.count].elementsEqual(part) {
      return String(
        decoding: text[..<start] + Array(other.utf8) + text[(start + part.count)...], as: UTF8.self)
    }
    return self
  }
}
