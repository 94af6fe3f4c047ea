import Files
import JSON

/// The models that `oven run` has baked, each a folder under its name.
///
/// ```
/// models/
///   SmolLM2-135M-Instruct/           baked from a file
///   Qwen/Qwen3-0.6B/                 baked from the hub
///   Qwen/Qwen3-0.6B-GGUF:Q8_0/       one of several files there
///   .notes/Qwen--Qwen3-0.6B          where it came from, when it ran last
/// ```
package struct ModelStore: Sendable {
  /// The folder; it need not exist.
  package let folder: String

  /// A store in a folder.
  package init(folder: String) { self.folder = folder }

  /// The user's: `OVEN_MODELS`, otherwise in the folder for data; nil without a home.
  package init?(_ folders: UserFolders = UserFolders()) {
    if let named = folders.variable("OVEN_MODELS") {
      self.init(folder: folders.expanded(named))
    } else if let data = folders.data {
      self.init(folder: data + "/oven/models")
    } else {
      return nil
    }
  }

  /// The names of all models, sorted.
  package var names: [String] {
    Folders.readableNames(in: folder).filter(Self.isVisible).flatMap { name -> [String] in
      if isModel(name) { return [name] }
      return Folders.readableNames(in: folder + "/" + name).filter(Self.isVisible)
        .map { name + "/" + $0 }.filter(isModel)
    }
  }

  /// The folder of a name, whether there is such a model or not.
  package func place(_ name: String) -> String { folder + "/" + name }

  /// The model that a user means: by its whole name, or by the last part of it where that is only one's.
  package func find(_ text: String) -> String? {
    // The names are those of folders in here: nothing that leads out of it.
    let names = names
    if names.contains(text) { return text }
    let wanted = text.lowercased()
    let close = names.filter { name in
      let name = name.lowercased()
      return name == wanted || name.split(separator: "/").last.map(String.init) == wanted
    }
    return close.count == 1 ? close[0] : nil
  }

  /// The bytes of a model's files on this disk.
  package func size(of name: String) -> Int { Self.size(place(name)) }

  /// Removes a model and what is remembered of it; a link to a folder elsewhere, and not that folder.
  package func remove(_ name: String) throws(FileError) {
    let place = place(name)
    try Removal.tree(place)
    Removal.file(notePath(name))
    // The owner's folder, when its last model is gone.
    let parent = Folders.parent(of: place)
    if parent != folder, Folders.readableNames(in: parent).isEmpty { Removal.quietly(parent) }
  }

  /// What is remembered of a model.
  package func note(of name: String) -> ModelNote {
    ModelNote(json: SmallFile.bytes(at: notePath(name), limit: 1 << 16).flatMap { try? JSON(parsing: $0) })
  }

  /// Remembers. A store that cannot be written is one all the same.
  package func remember(_ note: ModelNote, of name: String) {
    try? Folders.make(folder + "/.notes")
    try? SmallFile.replace(notePath(name), with: Array((note.json.serialized(.pretty) + "\n").utf8))
  }

  /// A model's name from its folder; nil for one that is elsewhere.
  package func name(ofFolder path: String) -> String? {
    guard let path = Folders.realPath(path) else { return nil }
    return names.first { Folders.realPath(place($0)) == path }
  }

  private func notePath(_ name: String) -> String {
    folder + "/.notes/" + name.split(separator: "/").joined(separator: "--")
  }

  private func isModel(_ name: String) -> Bool {
    FileStatus(at: place(name) + "/openvino_model.xml")?.isFolder == false
  }

  private static func isVisible(_ name: String) -> Bool { !name.hasPrefix(".") }

  private static func size(_ path: String) -> Int {
    guard let status = FileStatus(at: path) else { return 0 }
    guard status.isFolder else { return status.size }
    return Folders.readableNames(in: path).reduce(0) { sum, name in
      let inner = path + "/" + name
      // A link's target counts once, and no folder behind one: it could lead back here.
      let isLinkedFolder =
        FileStatus(at: inner, followsLinks: false)?.kind == .link
        && FileStatus(at: inner)?.isFolder == true
      return sum + (isLinkedFolder ? 0 : size(inner))
    }
  }
}
