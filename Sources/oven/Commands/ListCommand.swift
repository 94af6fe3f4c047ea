import ArgumentParser
import Files
import JSON

/// `oven list`: the models of the store.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the models of the store.",
    discussion: """
      The store holds what oven run has baked: OVEN_MODELS, or oven/models in the folder for data \
      (~/.local/share). Every verb takes a name of the store where it takes a folder.
      """)

  @Flag(help: "Print it as JSON to stdout.") var json = false

  func run() throws {
    let store = try ModelStore.required()
    let models = store.names.map { StoredModel($0, in: store) }.sorted {
      ($0.note.lastUsed ?? 0, $1.name) > ($1.note.lastUsed ?? 0, $0.name)
    }
    if json {
      let report: JSON = ["folder": .string(store.folder), "models": .array(models.map(\.json))]
      return Terminal.output.line(report.serialized(.pretty))
    }
    Terminal.output.rows(StoreReport.lines(models, folder: store.folder, now: LocalClock.now()))
  }
}

extension ModelStore {
  /// The user's store.
  /// - Throws: an `ErrorReport` where there is no home to have it in.
  static func required() throws -> ModelStore {
    if let store = ModelStore() { return store }
    throw ErrorReport(
      what: "there is no store of models", why: "neither OVEN_MODELS, XDG_DATA_HOME nor HOME is set",
      mend: "set OVEN_MODELS to a folder", status: .usage)
  }
}
