import Errors
import Files

/// Folders that hold something else than a checkpoint, told by the names in them.
enum FolderKind {
  private struct Kind: Sendable {
    /// Whether a name says it.
    let isSign: @Sendable (String) -> Bool
    let what: String
    let mend: Wording

    init(_ names: String..., is what: String, mend: Wording) {
      isSign = { names.contains($0) }
      (self.what, self.mend) = (what, mend)
    }

    init(ending endings: String..., is what: String, mend: Wording) {
      isSign = { name in endings.contains { name.hasSuffix($0) } }
      (self.what, self.mend) = (what, mend)
    }
  }

  private static let asSafetensors: Wording = "Take the model as safetensors or PyTorch's .bin."

  private static let known = [
    Kind(
      "adapter_config.json", "adapters.safetensors", "adapter_model.safetensors",
      is: "an adapter (LoRA) and not a whole model",
      mend: """
        Bake the model that it was made for, and merge it on the way: \(setting: .bake) BASE \(setting: .adapter) \
        FOLDER.
        """
    ),
    Kind(
      "openvino_model.xml", is: "a model in OpenVINO's format already, baked or exported",
      mend: "Run it: \(setting: .chat) FOLDER. To bake, take the checkpoint that it was made from."),
    Kind("model_index.json", is: "a model that makes pictures (diffusers)", mend: "Take a language model."),
    Kind(
      "zero_to_fp32.py", is: "a checkpoint of DeepSpeed, cut up for training",
      mend:
        "Put it together first: python zero_to_fp32.py . OUT --safe_serialization, and copy config.json and the "
        + "tokenizer there."),
    Kind(
      ending: ".distcp", is: "a distributed checkpoint of PyTorch (FSDP), cut up for training",
      mend:
        "Put it together first: accelerate merge-weights FOLDER OUT, and copy config.json and the tokenizer there."
    ),
    Kind(
      "params.json", is: "a checkpoint in its makers' own layout (consolidated weights with params.json)",
      mend: "Take the model in Hugging Face's layout, with config.json and model.safetensors."),
    Kind("tf_model.h5", "saved_model.pb", is: "a TensorFlow model", mend: asSafetensors),
    Kind(ending: ".ckpt.index", ".tflite", is: "a TensorFlow model", mend: asSafetensors),
    Kind("flax_model.msgpack", is: "a Flax model", mend: asSafetensors),
    Kind("onnx", is: "an ONNX model", mend: asSafetensors),
    Kind(ending: ".onnx", is: "an ONNX model", mend: asSafetensors),
    Kind(ending: ".nemo", is: "a model of NeMo", mend: asSafetensors),
    Kind(ending: ".engine", is: "a TensorRT engine, compiled for one kind of GPU", mend: asSafetensors),
    Kind(ending: ".mlpackage", ".mlmodelc", ".mlmodel", is: "a Core ML model", mend: asSafetensors),
  ]

  /// What ends the name of a file that is being downloaded.
  private static let partial = [
    ".part", ".partial", ".incomplete", ".aria2", ".crdownload", ".download", ".downloading",
  ]
  /// What ends the name of an archive that a model may be in.
  private static let archives = [
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst", ".tar.bz2", ".7z", ".rar", ".gz", ".xz", ".zst",
  ]

  /// The error for a folder without a checkpoint.
  static func refusal(_ path: String, _ names: [String]) -> CheckpointError {
    for kind in known where names.contains(where: kind.isSign) {
      return CheckpointError(.notACheckpoint, "\(path) is \(kind.what)", advice: kind.mend)
    }
    if let cut = names.first(where: { name in partial.contains { name.hasSuffix($0) } }) {
      return CheckpointError(
        .notACheckpoint, "\(path) has no whole model: \(cut) is a download that did not end",
        mend: "Let the download end, or begin it anew.")
    }
    if let inner = inner(path, names) { return inner }
    if let archive = names.first(where: { name in archives.contains { name.hasSuffix($0) } }) {
      return CheckpointError(
        .notACheckpoint, "\(path) has no model, but an archive, \(archive)", mend: "Unpack it first.")
    }
    return CheckpointError(
      .notACheckpoint, "\(path) has no model: no *.safetensors, pytorch_model.bin or *.gguf",
      mend: "Give the folder of a model from the hub, or a GGUF file.")
  }

  /// The error for a folder whose models lie in folders inside: a hub's cache, a training's steps, several models.
  private static func inner(_ path: String, _ names: [String]) -> CheckpointError? {
    if names.contains("snapshots"), names.contains("blobs") || names.contains("refs") {
      let snapshots = Folders.readableNames(in: "\(path)/snapshots").map { "\(path)/snapshots/\($0)" }
      let mend = snapshots.isEmpty ? "Fetch the model again." : "Give a folder in it: \(listed(snapshots))."
      return CheckpointError(
        .notACheckpoint, "\(path) is a model's folder in the cache of a hub, and no model itself", mend: mend)
    }
    let models = names.map { "\(path)/\($0)" }.filter { folder in
      guard FileStatus(at: folder)?.isFolder == true else { return false }
      let inside = Folders.readableNames(in: folder)
      return inside.contains { $0.hasSuffix(".gguf") }
        || inside.contains("config.json") && inside.contains(where: holdsWeights)
    }
    guard !models.isEmpty else { return nil }
    let isTraining = names.contains("trainer_state.json") || names.contains { $0.hasPrefix("checkpoint-") }
    return CheckpointError(
      .notACheckpoint,
      isTraining
        ? "\(path) is the folder of a training, whose models lie in folders inside"
        : "\(path) has no model itself, but \(models.count == 1 ? "a folder that has" : "folders that have") one",
      mend: "Give one of them: \(listed(models)).")
  }

  private static func holdsWeights(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") || name.hasSuffix(".safetensors.index.json")
      || name.hasPrefix("pytorch_model")
  }

  private static func listed(_ paths: [String]) -> String {
    paths.suffix(4).joined(separator: ", ") + (paths.count > 4 ? " …" : "")
  }
}
