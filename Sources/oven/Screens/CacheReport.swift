import JSON
import Supervisor

/// What `oven cache` says, as lines and as JSON.
package enum CacheReport {
  /// The entries of a cache, the most recently used first.
  ///
  /// - Parameter now: seconds since 1970, for ages.
  package static func lines(
    _ entries: [CacheEntry], broken: [CompiledModelCache.Broken] = [], folder: String, budget: Int, now: Int
  ) -> [String] {
    let damaged = broken.map { "Damaged, compiled again when it is needed: \($0.folder) (\($0.reason))" }
    guard !entries.isEmpty else { return damaged + ["Nothing is compiled in \(folder)."] }
    var table = Table([.left, .left, .right, .right, .left])
    table.add("ENTRY", "DEVICE", "SIZE", "COMPILED IN", "LAST USED, MODEL")
    for entry in entries {
      table.add(
        String(entry.key.digest.prefix(8)), entry.key.device, Units.bytes(entry.size),
        Units.time(entry.compileSeconds), "\(age(now - entry.lastUsed)), \(entry.key.modelPath)")
    }
    let total = entries.reduce(0) { $0 + $1.size }
    let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    return table.lines + damaged + ["\(count), \(Units.bytes(total)) of \(Units.bytes(budget)), in \(folder)"]
  }

  /// The same for scripts.
  package static func json(
    _ entries: [CacheEntry], broken: [CompiledModelCache.Broken] = [], folder: String, budget: Int
  ) -> JSON {
    [
      "folder": .string(folder), "budget_bytes": .int(budget),
      "bytes": .int(entries.reduce(0) { $0 + $1.size }), "entries": .array(entries.map(json)),
      "damaged": .array(broken.map { ["folder": .string($0.folder), "reason": .string($0.reason)] }),
    ]
  }

  /// Whether a model is in the cache, and if not, why.
  package static func json(_ explanation: CacheExplanation, device: String) -> JSON {
    var status = "cached"
    var entry: CacheEntry?
    var reason: String?
    var differences: [CacheKey.Difference] = []
    switch explanation {
    case .cached(let found): entry = found
    case .neverCompiled: status = "never-compiled"
    case .damaged(let found): (status, entry) = ("damaged", found)
    case .broken(let broken): (status, reason) = ("damaged", broken.reason)
    case .changed(let nearest, let found): (status, entry, differences) = ("changed", nearest, found)
    }
    return [
      "device": .string(device), "status": .string(status), "reason": reason.map(JSON.string) ?? .null,
      "entry": entry.map(json) ?? .null,
      "differences": .array(
        differences.map { ["name": .string($0.name), "then": .string($0.then), "now": .string($0.now)] }),
    ]
  }

  /// A device that AUTO would pass over.
  package static func json(passedOver device: String, reason: String) -> JSON {
    [
      "device": .string(device), "status": "passed-over", "reason": .string(reason), "entry": .null,
      "differences": [],
    ]
  }

  /// A span of time as people say it.
  package static func age(_ seconds: Int) -> String {
    switch seconds {
    case ..<60: "just now"
    case ..<3600: "\(seconds / 60) min ago"
    case ..<86_400: "\(seconds / 3600) h ago"
    default: seconds < 172_800 ? "yesterday" : "\(seconds / 86_400) days ago"
    }
  }

  private static func json(_ entry: CacheEntry) -> JSON {
    [
      "digest": .string(entry.key.digest), "folder": .string(entry.folder), "bytes": .int(entry.size),
      "model": .string(entry.key.modelPath), "device": .string(entry.key.device),
      "device_name": .string(entry.key.deviceName), "driver": .string(entry.key.driver),
      "compiler": .string(entry.key.compiler), "openvino": .string(entry.key.runtime),
      "properties": .array(entry.key.properties.map(JSON.string)), "created": .int(entry.created),
      "last_used": .int(entry.lastUsed), "compile_seconds": .double(entry.compileSeconds),
    ]
  }
}
