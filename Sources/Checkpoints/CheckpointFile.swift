import JSON
import Tensors

/// A file of a checkpoint.
public struct CheckpointFile: Sendable, Hashable {
  /// The path.
  public var path: String
  /// The size in bytes.
  public var byteCount: Int

  /// Names a file.
  public init(path: String, byteCount: Int) {
    self.path = path
    self.byteCount = byteCount
  }
}

/// A checkpoint whose headers have been read and checked.
public struct OpenedCheckpoint: Sendable {
  /// All tensors under Hugging Face's names.
  public var weights: any WeightSource
  /// The files that hold the tensors, in order.
  public var files: [CheckpointFile]
  /// What it is, for reports: `safetensors`, `GGUF`, `PyTorch`, with the way of quantising if there is one.
  public var formatName: String
  /// The model's configuration: the folder's `config.json`, or what a GGUF's metadata amount to.
  public var config: JSON?
  /// The GGUF file with its tokenizer and chat template; nil for other formats.
  public var gguf: GGUFFile?
  /// What the user should know about the files.
  public var notes: [String] = []
}
