/// One byte for every code point, in pages of 256 that are shared when they are equal.
///
/// `@unchecked Sendable`: the memory is written in `init` only and never freed (instances are static tables).
@usableFromInline
package struct PagedBytes: @unchecked Sendable {
  @usableFromInline let pages: UnsafePointer<UInt16>
  @usableFromInline let bytes: UnsafePointer<UInt8>

  /// Keeps the values of all 0x110000 code points.
  package init(_ values: [UInt8]) {
    var known: [ArraySlice<UInt8>: UInt16] = [:]
    var index: [UInt16] = []
    var storage: [UInt8] = []
    for start in stride(from: 0, to: 0x110000, by: 256) {
      let page = values[start..<start + 256]
      if let number = known[page] {
        index.append(number)
      } else {
        let number = UInt16(known.count)
        known[page] = number
        storage.append(contentsOf: page)
        index.append(number)
      }
    }
    let pagePointer = UnsafeMutablePointer<UInt16>.allocate(capacity: index.count)
    pagePointer.initialize(from: index, count: index.count)
    let bytePointer = UnsafeMutablePointer<UInt8>.allocate(capacity: storage.count)
    bytePointer.initialize(from: storage, count: storage.count)
    pages = UnsafePointer(pagePointer)
    bytes = UnsafePointer(bytePointer)
  }

  /// The value of a byte below 128.
  @inlinable @inline(__always)
  package func ascii(_ byte: UInt8) -> UInt8 { bytes[Int(byte)] }

  /// The value of a code point; `point` is at most 0x10FFFF.
  @inlinable @inline(__always)
  package subscript(point: UInt32) -> UInt8 {
    bytes[Int(pages[Int(point >> 8)]) << 8 | Int(point & 0xFF)]
  }
}
