import ChatTemplates
import Foundation
import Hub
import Supervisor

/// Which tokenizer a model runs with: its own, or that of `--tokenizer_id`.
enum TokenizerChoice {
  /// Reads the tokenizer and template.
  ///
  /// - Parameters:
  ///   - id: a folder, or a model's name on the hub that an earlier `oven pull` or other tool has brought into the
  ///     local cache; nothing is fetched.
  /// - Throws: an `ErrorReport` where the name is neither.
  static func format(_ id: String?, for model: ModelFolder, style: ChatStyle?) throws -> PromptFormat {
    let folder = try id.map(folder) ?? model.folder
    guard FileManager.default.fileExists(atPath: folder + "/tokenizer.json") else {
      throw ErrorReport(
        what: "\(folder) has no tokenizer.json", why: "text cannot be turned into tokens without it",
        mend: "bake the model again, or name another folder's with --tokenizer_id", status: .noInput)
    }
    let format = try PromptFormat(folder: folder, style: style)
    if format.isGuess {
      Terminal.error.line(
        "warning: \(folder) has no chat template: texts are sent as they are; --chat-style names a style")
    }
    if let size = model.vocabularySize, format.tokenizer.vocabularySize > size {
      Terminal.error.line(
        "warning: the tokenizer has \(format.tokenizer.vocabularySize) tokens, the model knows \(size): "
          + "it may not belong to this model")
    }
    return format
  }

  private static func folder(_ id: String) throws -> String {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: id, isDirectory: &isFolder), isFolder.boolValue { return id }
    if let store = ModelStore(), let name = store.find(id) { return store.place(name) }
    let client = try HubClient(.fromEnvironment(ProcessInfo.processInfo.environment))
    if let name = try? HubModelID(id), let snapshot = client.cachedSnapshot(name) { return snapshot }
    throw ErrorReport(
      what: "there is no tokenizer \(id)",
      why:
        "it is no folder, and the local hub cache (\(client.configuration.cacheFolder)) has no such model; "
        + "running fetches nothing",
      mend: "leave --tokenizer_id out (the tokenizer was baked with the model), or fetch it: oven pull \(id)",
      status: .noInput)
  }
}
