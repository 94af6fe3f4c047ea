import Synchronization
import Text

/// The working memory of one encoding, with the cache that later ones profit from.
///
/// `@unchecked Sendable` holds because `ScratchPool` hands each object to one encoding at a time.
final class Scratch: @unchecked Sendable {
  let symbols = SymbolList()
  private let cache = WordCache()

  /// Appends the tokens of every piece, from the cache where it has them, else by `encode`.
  @inline(__always)
  func cached(
    _ text: UnsafeBufferPointer<UInt8>, _ pieces: [Range<Int>], into sink: inout TokenSink,
    _ encode: (UnsafeBufferPointer<UInt8>, inout TokenSink) -> Void
  ) {
    for piece in pieces {
      // The cache does not know how long each token is.
      guard piece.count <= WordKey.capacity, !sink.recordsLengths else {
        encode(text.slice(piece), &sink)
        continue
      }
      let key = WordKey(text, piece)
      if cache.append(key, into: &sink) { continue }
      let start = sink.ids.count
      encode(text.slice(piece), &sink)
      cache.insert(key, sink.ids[start...])
    }
  }
}

/// Lends scratch memory to concurrent encodings; keeps what is given back.
final class ScratchPool: Sendable {
  private let free = Mutex<[Scratch]>([])

  /// Runs `body` with memory that nobody else uses.
  func withScratch<T>(_ body: (Scratch) -> T) -> T {
    let scratch = free.withLock { $0.popLast() } ?? Scratch()
    defer { free.withLock { $0.append(scratch) } }
    return body(scratch)
  }
}
