import Files
import JSON

/// A compiled model in the cache, as its `meta.json` describes it.
package struct CacheEntry: Sendable, Hashable {
  /// What it was compiled from and for.
  package var key: CacheKey
  /// The size of the blob, in bytes.
  package var size: Int
  /// The blob's sum.
  package var sum: String
  /// When it was compiled, in seconds since 1970.
  package var created: Int
  /// When it was last loaded, in seconds since 1970.
  package var lastUsed: Int
  /// How long the compilation took.
  package var compileSeconds: Double
  /// Its folder.
  package var folder: String

  /// The compiled model.
  package var blob: String { folder + "/blob" }
  var meta: String { folder + "/meta.json" }

  // Grows when the meaning of an entry changes; older entries are then discarded.
  private static let format = 1

  init(
    key: CacheKey, size: Int, sum: String, created: Int, lastUsed: Int, compileSeconds: Double, folder: String
  ) {
    self.key = key
    self.size = size
    self.sum = sum
    self.created = created
    self.lastUsed = lastUsed
    self.compileSeconds = compileSeconds
    self.folder = folder
  }

  /// Whether both were written by the same compilation.
  func isSameContent(as other: CacheEntry?) -> Bool { other?.sum == sum && other?.created == created }

  /// What is found where an entry should be.
  enum Found {
    case entry(CacheEntry)
    /// Nothing.
    case absent
    /// Something that cannot be used, and why.
    case broken(reason: String)
  }

  /// Looks at the entry in a folder.
  ///
  /// - Parameter distrust: why a path may have been written by somebody who is not believed.
  static func read(_ folder: String, distrust: (String) -> String?) -> Found {
    guard let status = FileStatus(at: folder, followsLinks: false) else { return .absent }
    for path in [folder, folder + "/blob", folder + "/meta.json"] {
      if let reason = distrust(path) {
        return .broken(reason: path == folder ? reason : "\(path): \(reason)")
      }
    }
    guard status.isFolder else { return .broken(reason: "it is no folder") }
    guard let bytes = SmallFile.bytes(at: folder + "/meta.json", limit: 1 << 20) else {
      return .broken(reason: "its meta.json is missing")
    }
    guard let json = try? JSON(parsing: bytes), let entry = CacheEntry(json: json, folder: folder) else {
      return .broken(reason: "its meta.json cannot be understood")
    }
    guard let size = FileStatus(at: entry.blob, followsLinks: false)?.size else {
      return .broken(reason: "its blob is missing")
    }
    guard size == entry.size else {
      return .broken(reason: "its blob has \(size) bytes instead of \(entry.size)")
    }
    return .entry(entry)
  }

  private init?(json: JSON, folder: String) {
    guard json["format"]?.int == Self.format, let key = json["key"].flatMap(CacheKey.init(json:)),
      let size = json["blob"]?["size"]?.int, let sum = json["blob"]?["sum"]?.string,
      let created = json["created"]?.int, let lastUsed = json["last_used"]?.int
    else { return nil }
    self.init(
      key: key, size: size, sum: sum, created: created, lastUsed: lastUsed,
      compileSeconds: json["compile_seconds"]?.double ?? 0, folder: folder)
  }

  /// The bytes of `meta.json`.
  var metaBytes: [UInt8] {
    let json = JSON.object([
      "format": .int(Self.format), "key": key.json,
      "blob": .object(["size": .int(size), "sum": .string(sum)]), "created": .int(created),
      "last_used": .int(lastUsed), "compile_seconds": .double(compileSeconds),
    ])
    return Array(json.serialized(.pretty).utf8)
  }
}
