import Tensors

/// Files that are not what their name says, told by how they begin: what they are, and what to take instead.
enum FileKind {
  /// How a file begins, what it is then, and what to do about it.
  private static let known: [(start: String, what: String, mend: String)] = [
    (
      "version https://git-lfs",
      "a Git-LFS pointer, a few lines that stand for the file and not the file itself",
      "Fetch the content: 'git lfs pull' in the folder, or 'oven pull' with the model's id."
    ),
    (
      "<!doctype html", "a web page and no model: a download ended at a login or an error page",
      "Download the file itself, with a token where the model asks for one."
    ),
    (
      "<html", "a web page and no model: a download ended at a login or an error page",
      "Download the file itself, with a token where the model asks for one."
    ),
    (
      "<?xml", "a text and no model: a server's answer to a download that it refused",
      "Download the file again, with a token where the model asks for one."
    ),
    (
      "\u{1F}\u{8B}", "compressed with gzip", "Unpack it first: gunzip FILE."
    ),
    ("7z\u{BC}\u{AF}", "a 7-Zip archive", "Unpack it first."),
    ("lmgg", "a GGML file of 2023, older than GGUF", "Take a GGUF file of the model."),
    ("tjgg", "a GGML file of 2023, older than GGUF", "Take a GGUF file of the model."),
    ("fmgg", "a GGML file of 2023, older than GGUF", "Take a GGUF file of the model."),
    ("\u{89}HDF", "a file of Keras or TensorFlow", "Take the model as safetensors."),
  ]

  /// Refuses a file that is empty, or begins like something else.
  static func check(_ source: any ByteSource) throws {
    guard source.byteCount > 0 else {
      throw CheckpointError(
        .malformed, "\(source.name) is empty", mend: "Fetch it again: its download did not begin.")
    }
    let start = try source.bytes(at: 0, count: min(64, source.byteCount))
    // Web pages may begin with a line feed; letters of markup come in both cases.
    let trimmed = start.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }.map { byte in
      (0x41...0x5A).contains(byte) && start.first == UInt8(ascii: "<") ? byte | 0x20 : byte
    }
    for kind in known {
      let expected = kind.start.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
      guard trimmed.starts(with: expected) else { continue }
      throw CheckpointError(.notACheckpoint, "\(source.name) is \(kind.what)", mend: kind.mend)
    }
    guard start.count < 64 || start.contains(where: { $0 != 0 }) else {
      throw CheckpointError(
        .malformed, "\(source.name) begins with nothing but zeros",
        mend: "Fetch it again: a download reserved the space and did not fill it.")
    }
  }
}

/// Folders that hold something else than a checkpoint, told by the names in them.
enum FolderKind {
  private static let known: [(names: [String], what: String, mend: String)] = [
    (
      ["adapter_config.json"], "an adapter (LoRA) and not a whole model",
      "Bake the model that it was made for, and merge it on the way: oven bake BASE --lora FOLDER."
    ),
    (
      ["openvino_model.xml"], "a model in OpenVINO's format already, baked or exported",
      "Run it: oven chat FOLDER. To bake, take the checkpoint that it was made from."
    ),
    (["model_index.json"], "a model that makes pictures (diffusers)", "Take a language model."),
    (
      ["params.json"], "a checkpoint in its makers' own layout (consolidated weights with params.json)",
      "Take the model in Hugging Face's layout, with config.json and model.safetensors."
    ),
    (
      ["tf_model.h5"], "a TensorFlow model", "Take the model as safetensors or PyTorch's .bin."
    ),
    (
      ["flax_model.msgpack"], "a Flax model", "Take the model as safetensors or PyTorch's .bin."
    ),
    (["model.onnx", "onnx"], "an ONNX model", "Take the model as safetensors or PyTorch's .bin."),
  ]

  /// The error for a folder without a checkpoint.
  static func refusal(_ path: String, _ names: [String]) -> CheckpointError {
    for kind in known where kind.names.contains(where: names.contains) {
      return CheckpointError(.notACheckpoint, "\(path) is \(kind.what)", mend: kind.mend)
    }
    if let partial = names.first(where: { $0.hasSuffix(".part") || $0.hasSuffix(".incomplete") }) {
      return CheckpointError(
        .notACheckpoint, "\(path) has no whole model: \(partial) is a download that did not end",
        mend: "Let the download end, or begin it anew.")
    }
    return CheckpointError(
      .notACheckpoint, "\(path) has no model: no *.safetensors, pytorch_model.bin or *.gguf",
      mend: "Give the folder of a model from the hub, or a GGUF file.")
  }
}

/// The numbered files of a checkpoint: `model-00002-of-00003.safetensors`.
enum ShardNames {
  /// The names of a set of shards, in order; nil where the folder has no such names.
  /// - Throws: `CheckpointError` of code `inconsistent` where the set is not whole, naming what is missing.
  static func complete(_ names: [String], in folder: String) throws(CheckpointError) -> [String]? {
    for ending in [".safetensors", ".bin"] {
      let shards = names.compactMap { name in
        name.hasSuffix(ending) ? ShardName(name.dropLast(ending.count)) : nil
      }
      guard let first = shards.first else { continue }
      let expected = (1...first.count).map { first.name(of: $0) + ending }
      let missing = expected.filter { !names.contains($0) }
      guard missing.isEmpty else {
        throw CheckpointError(
          .inconsistent,
          "\(folder) has \(first.count - missing.count) of \(first.count) files of the model: "
            + missing.prefix(4).joined(separator: ", ") + (missing.count > 4 ? " and others are" : " is")
            + " missing",
          mend: "Fetch the missing file into the folder.")
      }
      return expected
    }
    return nil
  }

  /// A stem, a number and how many there are.
  private struct ShardName {
    let stem: Substring
    let count: Int
    let width: Int

    init?(_ name: Substring) {
      let pieces = name.split(separator: "-", omittingEmptySubsequences: false)
      guard pieces.count >= 4, pieces[pieces.count - 2] == "of", let count = Int(pieces[pieces.count - 1]),
        (1...9999).contains(count), let number = Int(pieces[pieces.count - 3]), (1...count).contains(number)
      else { return nil }
      self.count = count
      width = pieces[pieces.count - 3].utf8.count
      stem = name.dropLast(pieces.suffix(3).reduce(2) { $0 + $1.utf8.count })
    }

    func name(of number: Int) -> String {
      func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
      }
      return "\(stem)\(padded(number))-of-\(padded(count))"
    }
  }
}
