/// UTF-8 read by offsets: the one reading of it in the program. A byte that begins no valid sequence counts as one
/// scalar U+FFFD of length 1, and nothing is read outside of the text.
@usableFromInline
package struct UTF8Text {
  /// The first byte.
  @usableFromInline package let base: UnsafePointer<UInt8>
  /// How many bytes there are.
  @usableFromInline package let count: Int

  /// The text must outlive the value.
  @inlinable
  package init(_ buffer: UnsafeBufferPointer<UInt8>) {
    base = buffer.baseAddress ?? Self.nothing
    count = buffer.count
  }

  @usableFromInline nonisolated(unsafe) static let nothing: UnsafePointer<UInt8> = {
    let one = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    one.initialize(to: 0)
    return UnsafePointer(one)
  }()

  /// The scalar at `position` (which is below `count`) and its length in bytes.
  @inlinable @inline(__always)
  package func scalar(at position: Int) -> (value: UInt32, length: Int) {
    let first = base[position]
    if first < 0x80 { return (UInt32(first), 1) }
    return multibyte(first, position)
  }

  /// The scalar that begins with a byte from 0x80 on (Unicode, table 3-7).
  @usableFromInline
  package func multibyte(_ first: UInt8, _ at: Int) -> (value: UInt32, length: Int) {
    if first < 0xC2 || first > 0xF4 { return (0xFFFD, 1) }
    guard let second = continuation(at + 1) else { return (0xFFFD, 1) }
    if first < 0xE0 { return (UInt32(first & 0x1F) << 6 | second, 2) }
    guard let third = continuation(at + 2) else { return (0xFFFD, 1) }
    if first < 0xF0 {
      let value = UInt32(first & 0x0F) << 12 | second << 6 | third
      return value < 0x800 || value & 0xF800 == 0xD800 ? (0xFFFD, 1) : (value, 3)
    }
    guard let fourth = continuation(at + 3) else { return (0xFFFD, 1) }
    let value = UInt32(first & 0x07) << 18 | second << 12 | third << 6 | fourth
    return value < 0x10000 || value > 0x10FFFF ? (0xFFFD, 1) : (value, 4)
  }

  @inline(__always)
  private func continuation(_ at: Int) -> UInt32? {
    guard at < count, base[at] & 0xC0 == 0x80 else { return nil }
    return UInt32(base[at] & 0x3F)
  }

  /// Where the scalar that ends at `position` (above 0) begins.
  @inlinable @inline(__always)
  package func before(_ position: Int) -> Int {
    let last = position - 1
    if base[last] < 0x80 { return last }
    var start = last
    let least = max(0, position - 4)
    while start > least, base[start] & 0xC0 == 0x80 { start -= 1 }
    return start + scalar(at: start).length == position ? start : last
  }

  /// The scalar that ends at `position`, nil at the beginning.
  @inlinable @inline(__always)
  package func scalar(before position: Int) -> UInt32? {
    position > 0 ? scalar(at: before(position)).value : nil
  }
}
