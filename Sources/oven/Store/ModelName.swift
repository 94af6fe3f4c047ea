import Foundation
import Files
import Hub

/// What a user names when a verb wants a model.
package enum ModelName: Equatable, Sendable {
  /// A folder or file that runs as it is; `stored` is its name where it is in the store.
  case baked(String, stored: String? = nil)
  /// What can be baked.
  case checkpoint(String)
  /// A model of the hub, and which of its GGUF files: `ORG/NAME:Q4_K_M`.
  case hub(String, file: String?)

  /// Finds out what is meant: what a path leads to comes first, then the store, then the hub.
  ///
  /// - Throws: an `ErrorReport` that says what would do.
  package init(_ text: String, store: ModelStore? = ModelStore(), folders: UserFolders = UserFolders()) throws
  {
    let path = folders.expanded(text)
    switch PathKind(path) {
    case .baked: self = .baked(path)
    case .checkpoint(let source): self = .checkpoint(source)
    case .nothing:
      if let store, let name = store.find(text) {
        self = .baked(store.place(name), stored: name)
      } else if let hub = Self.hub(text) {
        self = hub
      } else {
        throw ErrorReport.noModel(text, store: store)
      }
    case let kind:
      // A folder of this place that happens to have the name of a model does not hide it.
      if let store, let name = store.find(text) {
        self = .baked(store.place(name), stored: name)
      } else {
        throw ErrorReport(kind: kind, path: text)
      }
    }
  }

  /// The name in the store that a model of the hub has, or will have.
  package static func stored(hub id: String, file: String?) -> String { file.map { "\(id):\($0)" } ?? id }

  /// A model of the hub and nothing else, whatever folders there are here: what a client over the network may name.
  package static func ofHub(_ text: String) -> (id: String, file: String?)? {
    guard !text.hasPrefix("/") else { return nil }
    // An address is never looked for among the folders.
    let address =
      text.hasPrefix("hf.co/") || text.hasPrefix("https://huggingface.co/") ? text : "hf.co/" + text
    guard case .hub(let id, let file)? = hub(address) else { return nil }
    return (id, file)
  }

  /// An id of the hub: two parts, the first of which is no folder here, so that a path with a mistake in it is not
  /// looked for elsewhere.
  private static func hub(_ text: String) -> ModelName? {
    var name = Substring(text)
    var file: String?
    let isAddress = text.hasPrefix("http") || text.hasPrefix("hf.co/") || text.hasPrefix("huggingface.co/")
    let start = text.range(of: "://")?.upperBound ?? text.startIndex
    if let colon = text[start...].lastIndex(of: ":") {
      file = String(text[text.index(after: colon)...])
      name = text[..<colon]
    }
    guard file?.isEmpty != true, let id = try? HubModelID(String(name)) else { return nil }
    let parts = id.description.split(separator: "/")
    guard parts.count == 2 else { return nil }
    if !isAddress {
      guard FileStatus(at: String(parts[0]))?.isFolder != true else { return nil }
      let endings = [".gguf", ".xml", ".safetensors", ".bin"]
      guard !endings.contains(where: id.description.lowercased().hasSuffix) else { return nil }
    }
    return .hub(id.description, file: file)
  }
}
