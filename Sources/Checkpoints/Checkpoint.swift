import Files
import JSON
import Tensors

/// Opens checkpoints of every format that is known.
package enum Checkpoint {
  /// Reads the headers of the checkpoint at `path` and checks them; tensor data is read later, by rows.
  ///
  /// `path` is a Hugging Face folder or one of the files: `*.safetensors`, `*.safetensors.index.json`, `*.bin`,
  /// `*.bin.index.json`, `*.gguf`. In a folder the first of these that is there is taken: `model.safetensors`
  /// or its index, any one other safetensors file, `pytorch_model.bin` or its index, a GGUF file.
  /// - Throws: `CheckpointError`, or `TensorError` where a file cannot be read.
  package static func open(path: String) throws -> OpenedCheckpoint {
    switch FileStatus(at: path)?.kind {
    case .folder: return try openFolder(path)
    case .file: return try openFile(path, config: try config(in: Folders.parent(of: path)))
    case .link, .other: throw CheckpointError(.notACheckpoint, "\(path) is neither a file nor a folder")
    case nil:
      throw CheckpointError(.notFound, "there is no file or folder \(path)", mend: "Check the spelling.")
    }
  }

  private static func openFolder(_ path: String) throws -> OpenedCheckpoint {
    let names = try Checkpoint.names(in: path)
    let config = try config(in: path)
    let candidates = [
      "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
      "pytorch_model.bin.index.json",
    ]
    if let name = candidates.first(where: names.contains) {
      return try openFile("\(path)/\(name)", config: config)
    }
    if ["adapter_config.json", "zero_to_fp32.py"].contains(where: names.contains) {
      throw FolderKind.refusal(path, names)
    }
    if let shards = try ShardNames.complete(names, in: path) {
      let sources = try shards.map { try FileByteSource(path: "\(path)/\($0)") }
      return try open(sources: sources, configIn: path)
    }
    if let name = try onlyFile(of: names, in: path) { return try openFile("\(path)/\(name)", config: config) }
    throw FolderKind.refusal(path, names)
  }

  /// The one file of a kind, or the first part of the one model in several; nil where there is none.
  /// - Throws: `CheckpointError` of code `notACheckpoint` where there are several to choose from.
  private static func onlyFile(of names: [String], in folder: String) throws(CheckpointError) -> String? {
    // Weights in their makers' own layout lie beside others, or are no checkpoint that a family reads.
    let own = ["consolidated", "adapter", "optimizer"]
    for ending in [".safetensors", ".gguf"] {
      let found = names.filter { name in name.hasSuffix(ending) && !own.contains { name.hasPrefix($0) } }
      var models: [String: [String]] = [:]
      for name in found where ending != ".gguf" || !GGUFModel.isCompanion(name) {
        models[GGUFSplit.stem(of: name) ?? name, default: []].append(name)
      }
      guard models.count <= 1 else {
        throw CheckpointError(
          .notACheckpoint,
          "\(folder) has \(models.count) models \(ending) and nothing that says which to take",
          mend:
            "Name one of them: \(models.values.compactMap(\.first).sorted().prefix(8).joined(separator: ", "))."
        )
      }
      if let name = models.values.first?.first ?? found.first { return name }
    }
    return nil
  }

  private static func openFile(_ path: String, config: JSON?) throws -> OpenedCheckpoint {
    let source = try FileByteSource(path: path)
    try FileKind.check(source)
    let start = try source.bytes(at: 0, count: min(4, source.byteCount))
    if start.elementsEqual("GGUF".utf8) || path.hasSuffix(".gguf") { return try openGGUF(path) }
    if path.hasSuffix(".index.json") { return try openIndex(source, config: config) }
    guard let format = try PlainFormat(of: source) else {
      throw CheckpointError(
        .notACheckpoint, "\(path) is not a checkpoint of a known format",
        mend: "Known are safetensors, PyTorch's zip format and GGUF.")
    }
    return try opened(
      try format.tensors(of: source), of: path, files: [CheckpointFile(source)], format: format,
      config: config)
  }

  private static func openGGUF(_ path: String) throws -> OpenedCheckpoint {
    let split = try GGUFSplit(path: path)
    let model = try GGUFModel(split.parts[0].file, tensors: split.tensors)
    return OpenedCheckpoint(
      weights: model.weights, files: split.parts.map { CheckpointFile($0.source) }, formatName: "GGUF",
      config: model.config, gguf: split.parts[0].file)
  }

  private static func openIndex(_ source: FileByteSource, config: JSON?) throws -> OpenedCheckpoint {
    let index = try ShardIndex(source)
    let folder = Folders.parent(of: source.name)
    var tensors: [any StoredTensor] = []
    var files: [CheckpointFile] = []
    var format = PlainFormat.safetensors
    let missing = index.fileNames.filter { FileStatus(at: "\(folder)/\($0)") == nil }
    guard missing.isEmpty else {
      throw CheckpointError(
        .notFound,
        "\(source.name) names \(index.fileNames.count) files, of which \(missing.count) "
          + "\(missing.count == 1 ? "is" : "are") missing: \(missing.prefix(4).joined(separator: ", "))"
          + (missing.count > 4 ? " …" : ""),
        mend: "Fetch \(missing.count == 1 ? "it" : "them") into \(folder).")
    }
    for name in index.fileNames {
      let shard = try FileByteSource(path: "\(folder)/\(name)")
      guard let named = try PlainFormat(of: shard) else {
        throw CheckpointError(.notACheckpoint, "\(source.name) names \(name), which is of no known format")
      }
      files.append(CheckpointFile(shard))
      tensors += try named.tensors(of: shard)
      format = named
    }
    try index.check(tensors)
    tensors = try RepeatedTensors.removed(from: tensors)
    return try opened(tensors, of: source.name, files: files, format: format, config: config)
  }

  /// Opens weights that are read from elsewhere, such as a hub's server, with the `config.json` of a folder.
  ///
  /// - Parameter sources: files of safetensors or PyTorch, the kind being told by the end of their names.
  /// - Throws: `CheckpointError` for other kinds, and as `open(path:)`.
  package static func open(sources: [any ByteSource], configIn folder: String) throws -> OpenedCheckpoint {
    var tensors: [any StoredTensor] = []
    var format = PlainFormat.safetensors
    for source in sources {
      guard let named = try PlainFormat(of: source) else {
        throw CheckpointError(
          .unsupported, "\(source.name) cannot be read by ranges",
          mend: "Known are safetensors and PyTorch's zip format; download others first.")
      }
      tensors += try named.tensors(of: source)
      format = named
    }
    if sources.count > 1 { tensors = try RepeatedTensors.removed(from: tensors) }
    let files = sources.map { CheckpointFile(path: $0.name, byteCount: $0.byteCount) }
    return try opened(
      tensors, of: sources.first?.name ?? folder, files: files, format: format, config: try config(in: folder)
    )
  }

  private static func opened(
    _ tensors: [any StoredTensor], of name: String, files: [CheckpointFile], format: PlainFormat,
    config: JSON?
  ) throws -> OpenedCheckpoint {
    let quantized = try QuantizedCheckpoint(tensors, config: config, file: name)
    return OpenedCheckpoint(
      weights: try TensorTable(quantized.tensors, of: name), files: files,
      formatName: quantized.method.map { "\(format.rawValue), \($0)" } ?? format.rawValue, config: config,
      gguf: nil, notes: quantized.notes)
  }

  private static func names(in folder: String) throws(CheckpointError) -> [String] {
    do throws(FileError) {
      return try Folders.names(in: folder)
    } catch {
      throw CheckpointError(.unreadable, "cannot list \(folder): \(error.reason)")
    }
  }

  /// The `config.json` of a folder, nil where there is none. Where it does not say how weights were quantised, the
  /// file that the quantising program wrote beside it does.
  private static func config(in folder: String) throws -> JSON? {
    guard var config = try json("config.json", in: folder)?.object else { return nil }
    guard config["quantization_config"] == nil, config["compression_config"] == nil else {
      return .object(config)
    }
    for (name, method) in [
      ("quantize_config.json", "gptq"), ("quant_config.json", "awq"), ("hf_quant_config.json", "modelopt"),
    ] {
      guard let found = try json(name, in: folder) else { continue }
      guard var members = (found["quantization"] ?? found).object else { continue }
      if members["quant_method"] == nil { members["quant_method"] = .string(method) }
      config["quantization_config"] = .object(members)
      break
    }
    return .object(config)
  }

  private static func json(_ name: String, in folder: String) throws -> JSON? {
    let path = "\(folder)/\(name)"
    guard FileStatus(at: path)?.kind == .file else { return nil }
    let source = try FileByteSource(path: path)
    return try JSONFile.read(source, maximumByteCount: 1 << 24)
  }
}

/// The formats that hold tensors under their own names.
enum PlainFormat: String {
  case safetensors = "safetensors"
  case torch = "PyTorch"

  /// The format that a file's name promises.
  init?(fileName: String) {
    if fileName.hasSuffix(".safetensors") {
      self = .safetensors
    } else if [".bin", ".pt", ".pth"].contains(where: fileName.hasSuffix) {
      self = .torch
    } else {
      return nil
    }
  }

  /// The format of a file: what it begins with tells it, and its name where that tells nothing.
  /// - Throws: `CheckpointError` for a file that is something else.
  init?(of source: any ByteSource) throws {
    try FileKind.check(source)
    let start = try source.bytes(at: 0, count: min(9, source.byteCount))
    if start.starts(with: [0x50, 0x4B, 3, 4]) {
      self = .torch
    } else if start.count == 9, start[8] == UInt8(ascii: "{"), start[4..<8].allSatisfy({ $0 == 0 }) {
      self = .safetensors
    } else {
      self.init(fileName: source.name)
    }
  }

  /// The tensors of a file.
  func tensors(of source: any ByteSource) throws -> [any StoredTensor] {
    switch self {
    case .safetensors: return try SafetensorsFile(source).tensors
    case .torch: return try TorchFile(source).tensors
    }
  }
}

/// Small JSON files of a checkpoint.
enum JSONFile {
  /// Reads a whole file; one of more than `maximumByteCount` bytes is refused.
  static func read(_ source: any ByteSource, maximumByteCount: Int) throws -> JSON {
    try FileKind.check(source)
    guard source.byteCount <= maximumByteCount else {
      throw CheckpointError(
        .malformed, "\(source.name) has \(source.byteCount) bytes; at most \(maximumByteCount) are expected")
    }
    do {
      return try JSON(parsing: try source.bytes(at: 0, count: source.byteCount))
    } catch let error as JSONError {
      throw CheckpointError(.malformed, "\(source.name) is not JSON: \(error)")
    }
  }
}

extension CheckpointFile {
  init(_ source: any ByteSource) { self.init(path: source.name, byteCount: source.byteCount) }
}
