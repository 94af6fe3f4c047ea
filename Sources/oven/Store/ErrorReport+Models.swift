import Files

// Words for names that are no model, and for folders that are another kind of model.

extension ErrorReport {
  /// Nothing has this name.
  static func noModel(_ text: String, store: ModelStore?) -> ErrorReport {
    let isPath = text.contains("/") || text.hasPrefix(".") || text.lowercased().hasSuffix(".gguf")
    let stored = store?.names ?? []
    var mend: String
    if text.isEmpty {
      mend = "name a model: oven list shows those of the store"
    } else if text.contains("\u{FFFD}") {
      mend = "its name has bytes that are no UTF-8: rename it, or make a link to it with a plain name"
    } else if isPath, let near = neighbour(of: text) {
      mend = "did you mean \(near)?"
    } else if let near = Spelling.nearest(
      to: text, in: stored + shortNames(stored) + Folders.readableNames(in: "."))
    {
      mend = "did you mean \(near)?"
    } else {
      mend =
        stored.isEmpty
        ? "oven run ORG/NAME downloads one of the hub; oven bake SOURCE -o DIR makes one of a checkpoint"
        : "oven list shows the models of the store; oven run ORG/NAME downloads another one"
    }
    return ErrorReport(
      what: text.isEmpty ? "the model's name is empty" : "there is no model \(text)",
      why: isPath ? "no such file or folder" : "it is no folder here, and the store has none of that name",
      mend: mend, status: .noInput)
  }

  /// A name of the same folder that is nearly that of a path.
  private static func neighbour(of path: String) -> String? {
    let folder = Folders.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let names = Folders.readableNames(in: folder).filter { !$0.hasPrefix(".") }
    return Spelling.nearest(to: name, in: names).map { path.contains("/") ? folder + "/" + $0 : $0 }
  }

  private static func shortNames(_ names: [String]) -> [String] {
    names.compactMap { $0.contains("/") ? $0.split(separator: "/").last.map(String.init) : nil }
  }

  /// Something is there, and it is no model that runs.
  init(kind: PathKind, path: String) {
    switch kind {
    case .unreadable:
      self.init(
        what: "\(path) cannot be looked into",
        why:
          "this user may not read it; \(Folders.nearest(path)) belongs to \(Owners.name(of: Folders.nearest(path)))",
        mend: "ask for the right to read it, or copy the folder", status: .permission)
    case .multimodal(let part):
      self.init(
        what: "\(path) is a model that sees or hears (\(part))",
        why: "it is in several parts, and Oven runs the language model alone",
        mend: "bake the text part of its checkpoint: oven run ORG/NAME, or oven bake SOURCE -o DIR",
        status: .badData)
    case .encoderDecoder:
      self.init(
        what: "\(path) is a model with an encoder of its own (openvino_encoder_model.xml)",
        why: "Oven runs models that go on from a text, and no translators of this kind",
        mend: "take a model of a family that oven families lists", status: .badData)
    case .adapter:
      self.init(
        what: "\(path) is a LoRA adapter", why: "it changes a model, and is none",
        mend: "bake it into its model: oven bake SOURCE --lora \(path) -o DIR", status: .badData)
    default:
      let names: [String] = if case .other(let names) = kind { names } else { [] }
      let seen = names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " …" : "")
      self.init(
        what: "\(path) is no model",
        why: FileStatus(at: path)?.isFolder == true
          ? "it has no openvino_model.xml, and no checkpoint; "
            + (names.isEmpty ? "it is empty" : "it has \(seen)")
          : "a model is a folder, or a .gguf, .safetensors or .xml file",
        mend: "name a folder that oven bake has written, or a checkpoint", status: .noInput)
    }
  }
}
