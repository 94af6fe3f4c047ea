/// Why a model is, or is not, loaded from the cache.
package enum CacheExplanation: Sendable, Hashable {
  /// It is there.
  case cached(CacheEntry)
  /// Nothing was ever compiled from this model.
  case neverCompiled
  /// It was compiled, but something that decides was different.
  case changed(CacheEntry, [CacheKey.Difference])
  /// It is there, but its bytes are not those that were written.
  case damaged(CacheEntry)
  /// Something is there under its name that is no entry, or that others may have changed.
  case broken(CompiledModelCache.Broken)
}

extension CompiledModelCache {
  /// Answers "why does it compile every time?": the nearest entry, and what is different today.
  package func explain(_ key: CacheKey) -> CacheExplanation {
    if let entry = entry(for: key) { return isIntact(entry) ? .cached(entry) : .damaged(entry) }
    if case .broken(let reason) = read(key.digest) {
      return .broken(Broken(folder: place(key.digest), reason: reason))
    }
    let related = entries().filter { $0.key.model == key.model || $0.key.modelPath == key.modelPath }
    let ranked = related.map { (entry: $0, differences: key.differences(since: $0.key)) }
    // The same device first: "the device is another one" explains the least.
    let nearest = ranked.min { first, second in
      let devices = (first.entry.key.device != key.device, second.entry.key.device != key.device)
      if devices.0 != devices.1 { return devices.1 }
      return first.differences.count < second.differences.count
    }
    guard let nearest else { return .neverCompiled }
    return .changed(nearest.entry, nearest.differences)
  }
}

extension CacheExplanation: CustomStringConvertible {
  /// The answer in sentences.
  package var description: String {
    switch self {
    case .cached(let entry):
      return "compiled and in the cache: \(entry.folder)"
    case .neverCompiled:
      return "nothing was compiled from this model in this cache folder yet"
    case .damaged(let entry):
      return "the entry is damaged and will be compiled again: \(entry.folder)"
    case .broken(let broken):
      return "the entry is damaged and will be compiled again: \(broken.folder) (\(broken.reason))"
    case .changed(let entry, let differences):
      let lines = differences.map { difference in
        let then = difference.then.isEmpty ? "(not set)" : difference.then
        let now = difference.now.isEmpty ? "(not set)" : difference.now
        return "  \(difference.name): \(then) → \(now)"
      }
      return "compiled before (\(entry.folder)), but since then has changed:\n"
        + lines.joined(separator: "\n")
    }
  }
}
