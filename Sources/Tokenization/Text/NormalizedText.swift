import Text

/// A text on its way through the normalizers, as UTF-8 bytes, with the place each byte came from.
package struct NormalizedText: Sendable {
  /// Where a byte came from: a range of bytes of the text that was given to `encode`.
  package struct Origin: Sendable, Hashable {
    package var start: Int
    package var end: Int
  }

  /// The text as it is now.
  package var bytes: [UInt8]
  /// One a byte when origins are tracked, else empty: then byte i came from byte `base + i`.
  package private(set) var origins: [Origin]
  /// Whether `origins` is filled in.
  package let tracksOrigins: Bool
  /// Where this text begins in the text that was given to `encode`.
  package let base: Int

  /// The text of `buffer`, which begins at `base` of the whole.
  package init(_ buffer: UnsafeBufferPointer<UInt8>, base: Int = 0, tracksOrigins: Bool = false) {
    bytes = Array(buffer)
    self.base = base
    self.tracksOrigins = tracksOrigins
    origins = tracksOrigins ? buffer.indices.map { Origin(start: base + $0, end: base + $0 + 1) } : []
  }

  /// A text of its own, for tests and for the contents of added tokens.
  package init(_ string: String) { self.init(bytes: Array(string.utf8)) }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    base = 0
    tracksOrigins = false
    origins = []
  }

  /// The part of the text in `range`.
  package subscript(range: Range<Int>) -> NormalizedText {
    var part = NormalizedText(bytes: Array(bytes[range]), base: base + range.lowerBound, tracksOrigins)
    if tracksOrigins { part.origins = Array(origins[range]) }
    return part
  }

  private init(bytes: [UInt8], base: Int, _ tracksOrigins: Bool) {
    self.bytes = bytes
    self.base = base
    self.tracksOrigins = tracksOrigins
    origins = []
  }

  /// Where the bytes in `range` came from.
  package func origin(of range: Range<Int>) -> Range<Int> {
    guard tracksOrigins else { return base + range.lowerBound..<base + range.upperBound }
    let origin = span(range)
    return origin.start..<Swift.max(origin.start, origin.end)
  }

  /// Where the byte at `index` came from; for the end of the text, where the last byte ended.
  package func originStart(at index: Int) -> Int {
    guard tracksOrigins else { return base + index }
    return index < origins.count ? origins[index].start : origins.last?.end ?? base
  }

  private func span(_ range: Range<Int>) -> Origin {
    guard let last = range.last else {
      let start = originStart(at: range.lowerBound)
      return Origin(start: start, end: start)
    }
    return Origin(start: origins[range.lowerBound].start, end: origins[last].end)
  }

  /// Replaces the text by what `body` writes, which is told the text as it was.
  package mutating func rewrite(_ body: (UnsafeBufferPointer<UInt8>, inout Writer) -> Void) {
    let old = self
    var writer = Writer(source: old)
    old.bytes.withUnsafeBufferPointer { body($0, &writer) }
    bytes = writer.bytes
    origins = writer.origins
  }

  /// Rewrites the text scalar by scalar.
  package mutating func mapScalars(_ body: (Unicode.Scalar, Range<Int>, inout Writer) -> Void) {
    rewrite { old, writer in
      old.forEachScalar { scalar, range in body(scalar, range, &writer) }
    }
  }

  /// Collects the bytes of the new text; each addition names the range of the old text it stands for.
  package struct Writer {
    fileprivate var bytes: [UInt8] = []
    fileprivate var origins: [Origin] = []
    private let source: NormalizedText

    fileprivate init(source: NormalizedText) {
      self.source = source
      bytes.reserveCapacity(source.bytes.count + 16)
    }

    /// Bytes written so far.
    package var count: Int { bytes.count }

    /// A byte of the old text.
    package func sourceByte(_ index: Int) -> UInt8 { source.bytes[index] }

    /// Takes over bytes of the old text unchanged.
    package mutating func copy(_ range: Range<Int>) {
      bytes.append(contentsOf: source.bytes[range])
      if source.tracksOrigins { origins.append(contentsOf: source.origins[range]) }
    }

    /// Writes a scalar in place of `range` of the old text.
    package mutating func append(_ scalar: Unicode.Scalar, for range: Range<Int>) {
      bytes.append(scalar: scalar)
      fill(range)
    }

    /// Writes UTF-8 bytes in place of `range` of the old text.
    package mutating func append(contentsOf addition: some Sequence<UInt8>, for range: Range<Int>) {
      bytes.append(contentsOf: addition)
      fill(range)
    }

    private mutating func fill(_ range: Range<Int>) {
      guard source.tracksOrigins, origins.count < bytes.count else { return }
      let origin = source.span(range)
      for _ in origins.count..<bytes.count { origins.append(origin) }
    }
  }
}
