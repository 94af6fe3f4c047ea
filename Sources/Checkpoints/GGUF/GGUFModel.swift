import Errors
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
    try GGUFModel.checkKind(of: file)
    guard let name = file.architecture else {
      throw CheckpointError(.malformed, "\(file.name) does not say which architecture it has")
    }
    guard let architecture = GGUFArchitecture.known.first(where: { $0.name == name }) else {
      if let other = GGUFModel.otherArchitectures.first(where: { $0.names.contains(name) }) {
        throw CheckpointError(
          .notACheckpoint, "\(file.name) is \(other.what) ('\(name)')", mend: "Take a language model.")
      }
      let known = GGUFArchitecture.known.map(\.name).joined(separator: ", ")
      throw CheckpointError(
        .unsupported, "\(file.name) has the architecture '\(name)', which is not supported",
        mend: "Take a model of one of these: \(known).")
    }
    let stored = try TensorTable(tensors, of: file.name)
    let context = try GGUFContext(file: file, stored: stored, architecture: architecture)
    config = try context.config()
    weights = try TensorTable(
      try tensors.flatMap { try context.translate($0) } + architecture.literals(context), of: file.name)
  }

  /// What files are that are not models, by `general.type` or their architecture.
  private static let otherKinds: [String: (what: String, mend: Wording)] = [
    "adapter": (
      "a LoRA adapter and not a whole model",
      "Bake the model that it was made for; adapters are merged from PEFT's folders: \(setting: .adapter) FOLDER."
    ),
    "mmproj": (
      "the vision part of a model (mmproj), without the language model",
      "Take the other file of the model, without 'mmproj' in its name."
    ),
    "clip": (
      "the vision part of a model (mmproj), without the language model",
      "Take the other file of the model, without 'mmproj' in its name."
    ),
    "imatrix": ("statistics for quantising (imatrix) and not a model", "Take the model's own file."),
    "vocab": ("a vocabulary without weights", "Take the model's own file."),
    "controlvector": (
      "a control vector, which steers a model, and no model",
      "Take the model's own file; it is baked without."
    ),
  ]

  /// What architectures are that are no language models.
  private static let otherArchitectures: [(names: Set<String>, what: String)] = [
    (
      [
        "bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "neo-bert",
        "eurobert",
        "gemma-embedding", "llama-embed",
      ], "a model of embeddings, which answers nothing"
    ),
    (
      [
        "flux", "sd1", "sd2", "sd3", "sdxl", "wan", "hidream", "cosmos", "ltxv", "hyvid", "lumina2", "aura",
        "pig",
        "qwen_image", "z_image",
      ], "a model that makes pictures or films"
    ),
    (["t5", "t5encoder"], "a model with an encoder (T5)"), (["whisper"], "a model that writes speech down"),
    (["wavtokenizer-dec"], "a model that makes sounds"),
  ]

  /// Whether a file's name says that it stands beside a model and is none: `mmproj-MODEL-f16.gguf`, `imatrix.gguf`.
  static func isCompanion(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["mmproj", "imatrix"].contains { name.hasPrefix($0) || name.contains("-\($0)") }
  }

  private static func checkKind(of file: GGUFFile) throws(CheckpointError) {
    var kind = file["general.type"]?.string ?? ""
    if otherKinds[kind] == nil { kind = file.architecture ?? "" }
    if file["adapter.type"] != nil { kind = "adapter" }
    if file.tensors.isEmpty, file["split.count"]?.int ?? 1 <= 1, otherKinds[kind] == nil { kind = "vocab" }
    guard let other = otherKinds[kind] else { return }
    throw CheckpointError(.notACheckpoint, "\(file.name) is \(other.what)", advice: other.mend)
  }
}
