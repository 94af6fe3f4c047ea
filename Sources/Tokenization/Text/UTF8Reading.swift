/// Reading scalars out of UTF-8 bytes that are known to be valid.
///
/// Texts come from `String` and every stage keeps them valid; a byte sequence that is broken all the same
/// reads as U+FFFD, one byte long, and nothing is read outside of the buffer.
extension UnsafeBufferPointer<UInt8> {
  /// The scalar that starts at `index` and its length in bytes.
  @inline(__always)
  package func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = self[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    return longScalar(at: index, first: UInt32(first))
  }

  private func longScalar(at index: Int, first: UInt32) -> (scalar: Unicode.Scalar, length: Int) {
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC0, index + length <= count else { return ("\u{FFFD}", 1) }
    var value = first & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let byte = UInt32(self[index + offset])
      guard byte & 0xC0 == 0x80 else { return ("\u{FFFD}", 1) }
      value = value << 6 | byte & 0x3F
    }
    guard let scalar = Unicode.Scalar(value) else { return ("\u{FFFD}", 1) }
    return (scalar, length)
  }

  /// The scalar that ends before `index` and its length in bytes; `index` must be positive.
  @inline(__always)
  package func scalar(before index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    var start = index - 1
    while start > 0, index - start < 4, self[start] & 0xC0 == 0x80 { start -= 1 }
    let (scalar, length) = scalar(at: start)
    return start + length == index ? (scalar, length) : ("\u{FFFD}", 1)
  }

  /// Calls `body` with each scalar and its byte range.
  @inline(__always)
  package func forEachScalar(_ body: (Unicode.Scalar, Range<Int>) -> Void) {
    var index = 0
    while index < count {
      let (scalar, length) = scalar(at: index)
      body(scalar, index..<index + length)
      index += length
    }
  }

  /// The part of the buffer in `range`, counted from zero again.
  @inline(__always)
  package func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: self[range])
  }
}

extension [UInt8] {
  /// Appends the UTF-8 form of a scalar.
  @inline(__always)
  package mutating func append(scalar: Unicode.Scalar) {
    if scalar.isASCII {
      append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      append(contentsOf: UTF8.encode(scalar).unsafelyUnwrappedOrReplacement)
    }
  }

  /// The scalars of valid UTF-8.
  package var scalars: [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(count)
    withUnsafeBufferPointer { $0.forEachScalar { scalar, _ in result.append(scalar) } }
    return result
  }
}

extension UTF8.EncodedScalar? {
  fileprivate var unsafelyUnwrappedOrReplacement: UTF8.EncodedScalar {
    self ?? UTF8.encodedReplacementCharacter
  }
}
