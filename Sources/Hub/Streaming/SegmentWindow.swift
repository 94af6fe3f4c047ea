/// How the bytes of a big file are split up.
package struct SegmentPolicy: Sendable, Equatable {
  /// The bytes of one range request.
  package var bytes: Int
  /// Range requests under way at once; `bytes * parallel` is the memory that a download takes.
  package var parallel: Int
  /// Small files fetched at once.
  package var filesAtOnce: Int

  /// The defaults take 32 MiB of memory.
  package init(bytes: Int = 4 << 20, parallel: Int = 8, filesAtOnce: Int = 4) {
    self.bytes = max(1, bytes)
    self.parallel = max(1, parallel)
    self.filesAtOnce = max(1, filesAtOnce)
  }
}

/// Hands out the ranges of a file and gives what arrived back in the order of the file. Pure.
///
/// At most `ahead` ranges are handed out beyond the first one that has not arrived, which bounds the memory.
package struct SegmentWindow<Payload> {
  private let end: Int
  private let size: Int
  private let ahead: Int
  private var nextStart: Int
  private var arrived: [Int: (range: Range<Int>, payload: Payload)] = [:]
  /// Everything before this byte has been given back.
  package private(set) var position: Int

  package init(_ range: Range<Int>, size: Int, ahead: Int) {
    position = range.lowerBound
    nextStart = range.lowerBound
    end = range.upperBound
    self.size = max(1, size)
    self.ahead = max(1, ahead)
  }

  /// The next range to fetch; nil where enough are under way or none is left.
  package mutating func issue() -> Range<Int>? {
    guard nextStart < end, nextStart - position < size * ahead else { return nil }
    let range = nextStart..<min(nextStart + size, end)
    nextStart = range.upperBound
    return range
  }

  /// Records what arrived; returns all that now follows without a gap.
  package mutating func finished(_ range: Range<Int>, _ payload: Payload) -> [Payload] {
    arrived[range.lowerBound] = (range, payload)
    var ready: [Payload] = []
    while let next = arrived.removeValue(forKey: position) {
      ready.append(next.payload)
      position = next.range.upperBound
    }
    return ready
  }

  /// Whether everything has been given back.
  package var isFinished: Bool { position == end }
}
