import Files
import JSON

/// The records of `oven tune`, beside the compiled models of a cache, under the same rules of trust.
package struct TuningStore: Sendable {
  private let cache: String
  private let trust: CacheTrust
  private var folder: String { cache + "/.tuned" }

  /// The records in the folder of a cache. Nothing is made there before something is kept.
  package init(cache folder: String, trust: CacheTrust) {
    cache = Folders.realPath(folder) ?? folder
    self.trust = trust
  }

  private func place(_ key: CacheKey) -> String { folder + "/" + key.digest + ".json" }

  /// The record for a key; nil where there is none, or none that can be believed.
  package func record(for key: CacheKey) -> TuningRecord? {
    guard let record = read(place(key)), record.key.digest == key.digest else { return nil }
    return record
  }

  private func read(_ path: String) -> TuningRecord? {
    guard FileStatus(at: path) != nil,
      [cache, folder, path].allSatisfy({ trust.distrust($0, in: cache) == nil }),
      let bytes = SmallFile.bytes(at: path, limit: 1 << 20), let json = try? JSON(parsing: bytes)
    else { return nil }
    return TuningRecord(json: json)
  }

  /// A record of the same model on a device of the same name that does not hold any more: the newest one.
  package func outdated(_ key: CacheKey) -> TuningRecord? {
    let names = Folders.readableNames(in: folder).filter {
      $0.hasSuffix(".json") && $0 != key.digest + ".json"
    }
    let records = names.compactMap { read(folder + "/" + $0) }
    return records.filter { $0.key.model == key.model && $0.key.device == key.device }.max {
      $0.date < $1.date
    }
  }

  /// Keeps a record in place of an earlier one.
  ///
  /// - Throws: `.cacheUnusable` where it cannot be written.
  package func keep(_ record: TuningRecord) throws(SupervisorError) {
    do throws(FileError) {
      if FileStatus(at: cache) == nil { try Folders.make(cache, permissions: 0o700) }
      try Folders.make(folder, permissions: 0o700)
      try SmallFile.replace(
        place(record.key), with: Array(record.json.serialized(.pretty).utf8), permissions: 0o600)
    } catch {
      throw CacheTrust.unwritable(folder, error)
    }
  }

  /// Forgets the record for a key.
  package func forget(_ key: CacheKey) { Removal.quietly(place(key)) }
}
