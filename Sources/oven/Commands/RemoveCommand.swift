import ArgumentParser
import Files
import Supervisor

/// `oven rm`: a model leaves the store.
struct RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Remove models from the store, with what was compiled of them.",
    discussion: """
      What the hub's cache has of a model stays there, for other tools too. Folders outside of the store are left \
      alone.
      """)

  @Argument(help: "Names of the store, as oven list shows them.", completion: .storedModel) var names:
    [String]
  @Option(help: "Where compiled models are kept.", completion: .directory) var cacheDir: String?

  func run() throws {
    let store = try ModelStore.required()
    // All names first: a mistake in the last one removes nothing.
    let found = try names.map { text in
      guard let name = store.find(text) else {
        let isFolder = FileStatus(at: text) != nil
        throw ErrorReport(
          what: "the store has no model \(text)",
          why: isFolder
            ? "it is a folder outside of the store (\(store.folder))" : "its folder is \(store.folder)",
          mend: isFolder
            ? "remove it as any folder: rm -r \(text)"
            : Spelling.nearest(to: text, in: store.names).map { "did you mean \($0)?" }
              ?? "oven list shows them",
          status: .noInput)
      }
      return name
    }
    for name in found {
      let size = store.size(of: name)
      let compiled = removeCompiled(store.place(name))
      do {
        try store.remove(name)
      } catch {
        throw ErrorReport(
          what: "cannot remove \(name)", why: error.message, mend: "look at who owns \(store.place(name))",
          status: error.isForbidden ? .permission : .inputOutput)
      }
      let also = compiled > 0 ? ", and \(Units.bytes(compiled)) compiled of it" : ""
      Terminal.output.rows(["Removed \(name), \(Units.bytes(size))\(also)"])
    }
  }

  /// Removes the entries of the cache that were compiled from a folder.
  /// - Returns: their bytes.
  private func removeCompiled(_ folder: String) -> Int {
    guard let real = Folders.realPath(folder) else { return 0 }
    let cachePlace = CachePlace(option: cacheDir)
    let cache = CompiledModelCache(inspecting: cachePlace.folder, trust: cachePlace.trust)
    let entries = cache.entries().filter { $0.key.modelPath.hasPrefix(real + "/") }
    guard (try? cache.checkWritable()) != nil else { return 0 }
    return entries.reduce(0) { cache.remove($1) ? $0 + $1.size : $0 }
  }
}
