import JSON
import Tensors

/// One GGUF file: metadata and the places of its tensors, under the file's own names.
///
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian. The file
/// is taken as hostile: counts are compared with the bytes that are left before anything is allocated, and the
/// tensors must lie aligned and apart inside of the file.
package struct GGUFFile: Sendable {
  /// The path or name, for messages.
  package let name: String
  /// The format's version, 2 or 3.
  package let version: Int
  /// All metadata by key.
  package let metadata: [String: GGUFValue]
  /// The tensors under ggml's names; shapes are outermost axis first, the reverse of the file.
  package let tensors: [any StoredTensor]

  /// The value of a key, such as `tokenizer.ggml.tokens`.
  package subscript(key: String) -> GGUFValue? { metadata[key] }

  /// `general.architecture`, such as `llama`.
  package var architecture: String? { self["general.architecture"]?.string }

  /// The value of a key under the architecture's own prefix: `value("block_count")` is `llama.block_count`.
  package func value(_ key: String) -> GGUFValue? { architecture.flatMap { self["\($0).\(key)"] } }

  /// The chat template, in Jinja.
  package var chatTemplate: String? { self["tokenizer.chat_template"]?.string }

  /// Further chat templates by name, such as `tool_use`. The names are the file's: they may hold anything.
  package var namedChatTemplates: [String: String] {
    let prefix = "tokenizer.chat_template."
    var templates: [String: String] = [:]
    for (key, value) in metadata where key.utf8.starts(with: prefix.utf8) {
      if let text = value.string { templates[String(key.dropFirst(prefix.count))] = text }
    }
    return templates
  }

  /// The token that the metadata name for a role, such as `bos`; nil where they name none, or one that does not exist.
  package func tokenID(_ role: String) -> Int? {
    guard let id = self["tokenizer.ggml.\(role)_token_id"]?.int else { return nil }
    let count = self["tokenizer.ggml.tokens"]?.strings?.count ?? 1 << 31
    return (0..<count).contains(id) ? id : nil
  }

  /// The tokens that end an answer, as configurations have them: one, or a list; nil where the file names none.
  package var endTokens: JSON? {
    var ends: [Int] = []
    for id in ["eos", "eot", "eom"].compactMap(tokenID) where !ends.contains(id) { ends.append(id) }
    guard let first = ends.first else { return nil }
    return ends.count == 1 ? .int(first) : .array(ends.map(JSON.int))
  }

  /// Reads the header of the file at `path`; no tensor data.
  package init(path: String) throws { try self.init(try FileByteSource(path: path)) }

  /// Reads the header of `source`; no tensor data.
  package init(_ source: any ByteSource) throws {
    name = source.name
    try FileKind.check(source)
    var cursor = GGUFCursor(source)
    guard source.byteCount >= 4, try cursor.take(4, { $0.elementsEqual("GGUF".utf8) }) else {
      throw CheckpointError(.malformed, "\(source.name) is not a GGUF file: it does not begin with 'GGUF'")
    }
    guard source.byteCount >= 24 else {
      throw CheckpointError(
        .malformed, "\(source.name) ends after \(source.byteCount) bytes, within its header")
    }
    version = try GGUFFile.checkedVersion(try cursor.number(UInt32.self), file: source.name)
    // What a hostile header may cost is bounded before it is read: no model has more. A tensor's entry takes at
    // least 24 bytes, a metadata entry at least 13.
    let tensorCount = try cursor.count(of: "tensors", bytesEach: 24, atMost: 1 << 20)
    let entryCount = try cursor.count(of: "metadata entries", bytesEach: 13, atMost: 1 << 16)
    metadata = try GGUFFile.metadata(count: entryCount, &cursor)
    let alignment = metadata["general.alignment"]?.int ?? 32
    guard alignment > 0, alignment <= 1 << 20, alignment & (alignment - 1) == 0 else {
      throw CheckpointError(.malformed, "\(source.name): an alignment of \(alignment) bytes is not possible")
    }
    var entries: [GGUFTensorEntry] = []
    entries.reserveCapacity(tensorCount)
    for _ in 0..<tensorCount { entries.append(try GGUFTensorEntry(&cursor, alignment: alignment)) }
    let dataStart = (cursor.position + alignment - 1) & ~(alignment - 1)
    try GGUFTensorEntry.checkPlaces(entries, dataStart: dataStart, of: source)
    tensors = entries.map { $0.tensor(in: source, dataStart: dataStart) }
  }

  private static func checkedVersion(_ version: UInt32, file: String) throws(CheckpointError) -> Int {
    switch version {
    case 2, 3: return Int(version)
    case 0x0100_0000, 0x0200_0000, 0x0300_0000:
      throw CheckpointError(
        .unsupported, "\(file) is a big-endian GGUF file, made for other processors",
        mend: "Take the model's little-endian file, the usual one; its name does not say 'be'.")
    default:
      throw CheckpointError(
        .unsupported, "\(file) is a GGUF file of version \(version); versions 2 and 3 are read",
        mend: "Take a newer file of the model, or convert it again with a current version of its tool.")
    }
  }

  private static func metadata(count: Int, _ cursor: inout GGUFCursor) throws -> [String: GGUFValue] {
    var metadata: [String: GGUFValue] = [:]
    metadata.reserveCapacity(count)
    for _ in 0..<count {
      let key = try cursor.string(atMost: 1 << 16)
      let type = try cursor.number(UInt32.self)
      guard metadata.updateValue(try cursor.value(type: type), forKey: key) == nil else {
        throw cursor.malformed("the metadata key '\(key)' is there twice")
      }
    }
    return metadata
  }
}
