import JSON
import Tensors

/// A file of a checkpoint.
package struct CheckpointFile: Sendable, Hashable {
  /// The path.
  package var path: String
  /// The size in bytes.
  package var byteCount: Int

  /// Names a file.
  package init(path: String, byteCount: Int) {
    self.path = path
    self.byteCount = byteCount
  }
}

/// A checkpoint whose headers have been read and checked.
package struct OpenedCheckpoint: Sendable {
  /// All tensors under Hugging Face's names.
  package var weights: any WeightSource
  /// The files that hold the tensors, in order.
  package var files: [CheckpointFile]
  /// What it is, for reports: `safetensors`, `GGUF`, `PyTorch`, with the way of quantising if there is one.
  package var formatName: String
  /// The model's configuration: the folder's `config.json`, or what a GGUF's metadata amount to.
  package var config: JSON?
  /// The GGUF file with its tokenizer and chat template; nil for other formats.
  package var gguf: GGUFFile?
  /// What the user should know about the files.
  package var notes: [String] = []
}
