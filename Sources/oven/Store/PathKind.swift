import Files

/// What a path leads to, as far as models are concerned. Only names are looked at.
package enum PathKind: Equatable, Sendable {
  /// Nothing is there.
  case nothing
  /// An OpenVINO model: a folder with `openvino_model.xml`, or an `.xml` file.
  case baked
  /// What can be baked: the folder, or the file.
  case checkpoint(String)
  /// A folder that this user may not look into.
  case unreadable
  /// An OpenVINO model that sees or hears, in several parts.
  case multimodal(part: String)
  /// An OpenVINO model that reads with one graph and writes with another.
  case encoderDecoder
  /// A LoRA adapter without its model.
  case adapter
  /// A folder or file that is none of these; some of the folder's names.
  case other(names: [String])

  /// Looks at a path.
  package init(_ path: String) {
    guard let status = FileStatus(at: path) else {
      // What is behind a folder that may not be entered may be there or not.
      let parent = Folders.parent(of: path)
      self = FileStatus(at: parent)?.isFolder == true && !Owners.mayEnter(parent) ? .unreadable : .nothing
      return
    }
    guard status.isFolder else {
      let name = path.lowercased()
      let isCheckpoint = name.hasSuffix(".gguf") || name.hasSuffix(".safetensors")
      self = name.hasSuffix(".xml") ? .baked : isCheckpoint ? .checkpoint(path) : .other(names: [])
      return
    }
    guard let names = try? Folders.names(in: path) else {
      self = .unreadable
      return
    }
    self.init(names: names, of: path)
  }

  private init(names: [String], of folder: String) {
    func has(_ suffix: String) -> Bool { names.contains { $0.lowercased().hasSuffix(suffix) } }
    let parts = ["openvino_language_model.xml", "openvino_vision_embeddings_model.xml"]
    if names.contains("openvino_model.xml") {
      self = .baked
    } else if let part = parts.first(where: names.contains) {
      self = .multimodal(part: part)
    } else if names.contains("openvino_encoder_model.xml") {
      self = .encoderDecoder
    } else if names.contains("adapter_config.json"), !names.contains("config.json") {
      self = .adapter
    } else if names.contains("config.json"), has(".safetensors") || has(".bin") || has(".pth") {
      self = .checkpoint(folder)
    } else if let file = Self.onlyGGUF(names) {
      self = .checkpoint(folder + "/" + file)
    } else {
      self = .other(names: names)
    }
  }

  /// The GGUF file of a folder that has one, or the first part of one that is split.
  private static func onlyGGUF(_ names: [String]) -> String? {
    let files = names.filter { $0.lowercased().hasSuffix(".gguf") && !$0.lowercased().contains("mmproj") }
    if files.count == 1 { return files[0] }
    let firsts = files.filter { $0.contains("-00001-of-") }
    return firsts.count == 1 && files.allSatisfy { $0.contains("-of-") } ? firsts[0] : nil
  }
}
