import JSON
import Tensors

/// A GGUF file seen as a Hugging Face checkpoint: its tensors under that library's names and in its layouts,
/// and a `config.json`.
struct GGUFModel {
  /// The tensors under Hugging Face's names.
  let weights: TensorTable
  /// What `config.json` would say.
  let config: JSON

  /// Translates `file`, whose tensors may come from several files.
  /// - Throws: `CheckpointError` of code `unsupported` for an architecture that is not known.
  init(_ file: GGUFFile, tensors: [any StoredTensor]) throws {
    guard let name = file.architecture else {
      throw CheckpointError(.malformed, "\(file.name) does not say which architecture it has")
    }
    guard let architecture = GGUFArchitecture.known.first(where: { $0.name == name }) else {
      let known = GGUFArchitecture.known.map(\.name).joined(separator: ", ")
      throw CheckpointError(
        .unsupported, "\(file.name) has the architecture '\(name)', which is not supported",
        mend: "Supported are \(known).")
    }
    let stored = try TensorTable(tensors, of: file.name)
    let context = try GGUFContext(file: file, stored: stored, architecture: architecture)
    config = try context.config()
    weights = try TensorTable(try tensors.flatMap { try context.translate($0) }, of: file.name)
  }
}
