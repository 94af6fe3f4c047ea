import Files
import Supervisor

/// Where the model is that a verb was told by name.
enum ModelPlace {
  /// The path of a model that runs: a folder or file, or a model of the store by its name.
  ///
  /// - Throws: an `ErrorReport` that names the verb which makes one of what was named.
  static func running(_ text: String) throws -> String {
    switch try ModelName(text) {
    case .baked(let path, _): return path
    case .checkpoint(let source): throw notBaked(text, source)
    case .hub(let id, let file):
      let name = ModelName.stored(hub: id, file: file)
      let option = file.map { " --gguf \($0)" } ?? ""
      throw ErrorReport(
        what: "there is no model \(text)", why: "it is no folder here, and the store has none of that name",
        mend:
          "if it is one of the hub: oven run \(name) downloads, bakes and asks it; or oven bake --model_id "
          + "\(id)\(option) -o DIR", status: .noInput)
    }
  }

  /// What a verb says that was told a checkpoint, and wants what was baked.
  static func notBaked(_ text: String, _ source: String) -> ErrorReport {
    ErrorReport(
      what: "\(text) is a checkpoint, and not baked yet", why: "this verb is about what was baked",
      mend: "oven run \(source) bakes it once and asks it; or oven bake \(source) -o DIR", status: .noInput)
  }

  /// As `running`, for verbs that look at files and take any folder or file: what exists is left as it is.
  static func any(_ text: String) throws -> String {
    let path = UserFolders().expanded(text)
    if FileStatus(at: path) != nil {
      if PathKind(path) == .unreadable { throw ErrorReport(kind: .unreadable, path: text) }
      return path
    }
    let store = ModelStore()
    if let store, let name = store.find(text) { return store.place(name) }
    if PathKind(path) == .unreadable { throw ErrorReport(kind: .unreadable, path: text) }
    throw ErrorReport.noModel(text, store: store)
  }
}

extension ModelFolder {
  /// The model that a user named.
  init(named text: String) throws {
    let path = try ModelPlace.running(text)
    self = try ModelFolder(path: path)
  }
}
