extension UnsafeBufferPointer<UInt8> {
  /// The scalar that starts at `index` and its length in bytes, as `UTF8Text` reads it.
  @inlinable @inline(__always)
  package func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let first = self[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let (value, length) = UTF8Text(self).multibyte(first, index)
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// The scalar that ends before `index` and its length in bytes; `index` must be positive.
  @inlinable @inline(__always)
  package func scalar(before index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    scalar(at: UTF8Text(self).before(index))
  }

  /// Calls `body` with each scalar and its byte range.
  @inlinable @inline(__always)
  package func forEachScalar(_ body: (Unicode.Scalar, Range<Int>) -> Void) {
    var index = 0
    while index < count {
      let (scalar, length) = scalar(at: index)
      body(scalar, index..<index + length)
      index += length
    }
  }

  /// The part of the buffer in `range`, counted from zero again.
  @inlinable @inline(__always)
  package func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: self[range])
  }
}

extension [UInt8] {
  /// Appends the UTF-8 form of a scalar.
  @inlinable @inline(__always)
  package mutating func append(scalar: Unicode.Scalar) {
    if scalar.isASCII {
      append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
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
