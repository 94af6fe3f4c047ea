import Synchronization

/// Stretches of files that several reads need: the columns of a matrix become rows, which are asked for in pieces,
/// and each piece would read all of the matrix again.
///
/// Holds a few matrices at a time, whatever the model's size; a reader that wants what another one is reading waits
/// for it. What is larger than a region is read in bands of columns.
package final class RegionCache: Sendable {
  /// What tells a tensor from all others. What is held of the tensor goes with it.
  package final class Identity: Sendable {
    package init() {}
    deinit { RegionCache.shared.forget(ObjectIdentifier(self)) }
  }

  private struct Key: Hashable {
    var tensor: ObjectIdentifier
    var offset: Int
    var band: Int
  }

  /// Bytes that do not change.
  package final class Region: Sendable {
    package let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }

  private struct State {
    var regions: [Key: Region] = [:]
    /// The keys, the one that was used last at the end.
    var order: [Key] = []
    var byteCount = 0
  }

  /// The cache that all readers of a process share, because they share its memory.
  package static let shared = RegionCache()

  /// The largest stretch that is held in one piece.
  package static let maximumRegionByteCount = 1 << 26
  /// What all of them may take.
  private static let maximumByteCount = 1 << 28

  private let state = Mutex(State())

  /// The bytes of a band of the matrix at `offset` of a tensor, read by `load` where they are not here. `load` runs
  /// while all others wait, and must not come back here.
  package func region(
    _ tensor: Identity, at offset: Int = 0, band: Int = 0, load: () throws -> [UInt8]
  ) throws -> Region {
    let key = Key(tensor: ObjectIdentifier(tensor), offset: offset, band: band)
    return try state.withLock { state in
      if let found = state.regions[key] {
        state.order.removeAll { $0 == key }
        state.order.append(key)
        return found
      }
      let region = Region(try load())
      state.regions[key] = region
      state.order.append(key)
      state.byteCount += region.bytes.count
      while state.byteCount > RegionCache.maximumByteCount, state.order.count > 1 {
        let oldest = state.order.removeFirst()
        state.byteCount -= state.regions.removeValue(forKey: oldest)?.bytes.count ?? 0
      }
      return region
    }
  }

  private func forget(_ tensor: ObjectIdentifier) {
    state.withLock { state in
      for key in state.order where key.tensor == tensor {
        state.byteCount -= state.regions.removeValue(forKey: key)?.bytes.count ?? 0
      }
      state.order.removeAll { $0.tensor == tensor }
    }
  }
}
