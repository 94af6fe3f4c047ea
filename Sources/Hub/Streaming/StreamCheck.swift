/// Why the checksum of a file that was streamed is not known.
package enum UncheckedReason: Sendable, Hashable {
  /// The hub names no checksum for it.
  case noChecksum
  /// An earlier run has read the beginning or all of it.
  case begunEarlier
  /// More of it than this many bytes was not needed, and was not fetched only to be checked.
  case mostlyUnused(Int)
}

/// The checksum of a file that is read in order, or nearly so. Pure: it says what is to be fetched and never fetches.
package struct StreamCheck {
  /// How the reads of a file are to be taken.
  package enum Mode: Equatable {
    /// Whoever reads may read anything; the sum is checked if the file happens to be read in order.
    case inOrder
    /// The file is going to be read whole. What comes early waits, and what is left out may be fetched for the sum.
    case whole(isResumed: Bool)
  }

  /// Bytes that come before their turn and are kept for it.
  package static let earlyLimit = 32 << 20
  /// The largest gap that is fetched for the sum alone.
  package static let gapLimit = 64 << 20

  private let file: HubFile
  private var mode = Mode.inOrder
  private var digest: ContentDigest
  private var position = 0
  private var early: [Int: [UInt8]] = [:]
  private var earlyCount = 0
  private var isFillingGap = false
  private var reason: UncheckedReason?
  package private(set) var isVerified = false

  package init(_ file: HubFile) {
    self.file = file
    digest = ContentDigest(file)
  }

  /// Why the sum will not be known; nil as long as it may.
  package var unchecked: UncheckedReason? { digest.isKnown ? reason : .noChecksum }

  /// Starts over; nothing that was read before counts.
  package mutating func begin(isResumed: Bool) {
    self = StreamCheck(file)
    mode = .whole(isResumed: isResumed)
  }

  /// Takes in a segment of the file.
  /// - Throws: `HubError` of code `checksumMismatch` by the one that completes the file.
  package mutating func add(_ bytes: [UInt8], at offset: Int) throws {
    guard digest.isKnown, reason == nil, !bytes.isEmpty, offset >= position else { return }
    if offset > position {
      guard case .whole(let isResumed) = mode else { return }
      if isResumed, position == 0, early.isEmpty { return giveUp(.begunEarlier) }
      if early.updateValue(bytes, forKey: offset) == nil { earlyCount += bytes.count }
      return
    }
    try take(bytes)
    while let next = early.removeValue(forKey: position) {
      earlyCount -= next.count
      try take(next)
    }
  }

  /// What has to be fetched now so that the early bytes do not become too many; nil where nothing has to be.
  /// Whoever gets a range fetches it, adds it and calls `gapFilled`.
  package mutating func nextGap() -> Range<Int>? {
    guard earlyCount > Self.earlyLimit, !isFillingGap, let first = early.keys.min() else { return nil }
    return gap(to: first)
  }

  /// The same at the end of all reads, of whatever is still missing.
  package mutating func lastGap() -> Range<Int>? {
    guard digest.isKnown, reason == nil, position < file.size else { return nil }
    if position == 0, early.isEmpty, mode == .whole(isResumed: true) {
      giveUp(.begunEarlier)
      return nil
    }
    return gap(to: early.keys.min() ?? file.size)
  }

  package mutating func gapFilled() { isFillingGap = false }

  private mutating func gap(to end: Int) -> Range<Int>? {
    guard end - position <= Self.gapLimit else {
      giveUp(.mostlyUnused(end - position))
      return nil
    }
    isFillingGap = true
    return position..<end
  }

  private mutating func giveUp(_ reason: UncheckedReason) {
    self.reason = reason
    (early, earlyCount) = ([:], 0)
  }

  private mutating func take(_ bytes: [UInt8]) throws {
    bytes.withUnsafeBytes { digest.update($0) }
    position += bytes.count
    guard position == file.size else { return }
    guard let mismatch = digest.mismatch() else {
      isVerified = true
      return
    }
    throw HubError.wrongChecksum(of: file, mismatch)
  }
}

extension HubError {
  /// The content of `file` is not what the hub names.
  static func wrongChecksum(of file: HubFile, _ sums: (expected: String, found: String)) -> HubError {
    HubError(
      .checksumMismatch,
      "\(file.path) has the checksum \(sums.found), the hub names \(sums.expected)",
      mend:
        "Something between the hub and this machine changes the content, for example a proxy; try another network."
    )
  }
}
