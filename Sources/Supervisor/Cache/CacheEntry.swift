import JSON

/// A compiled model in the cache, as its `meta.json` describes it.
public struct CacheEntry: Sendable, Hashable {
  /// What it was compiled from and for.
  public var key: CacheKey
  /// The size of the blob, in bytes.
  public var size: Int
  /// The blob's sum.
  public var sum: String
  /// When it was compiled, in seconds since 1970.
  public var created: Int
  /// When it was last loaded, in seconds since 1970.
  public var lastUsed: Int
  /// How long the compilation took.
  public var compileSeconds: Double
  /// Its folder.
  public var folder: String

  /// The compiled model.
  public var blob: String { folder + "/blob" }
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

  /// Reads the entry in a folder; `nil` where it is not complete.
  init?(folder: String) {
    guard let bytes = Files.contents(folder + "/meta.json", limit: 1 << 20),
      let json = try? JSON(parsing: bytes), json["format"]?.int == Self.format,
      let key = json["key"].flatMap(CacheKey.init(json:)), let size = json["blob"]?["size"]?.int,
      let sum = json["blob"]?["sum"]?.string, let created = json["created"]?.int,
      let lastUsed = json["last_used"]?.int, Files.status(folder + "/blob")?.size == size
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
