/// One byte for every code point, in pages of 256 that are shared when they are equal.
///
/// `@unchecked Sendable`: the memory is written in `init` only and never freed (instances are static tables).
struct PagedBytes: @unchecked Sendable {
  private let pages: UnsafePointer<UInt16>
  private let bytes: UnsafePointer<UInt8>

  init(_ values: [UInt8]) {
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
  @inline(__always)
  func ascii(_ byte: UInt8) -> UInt8 { bytes[Int(byte)] }

  /// `point` is at most 0x10FFFF.
  @inline(__always)
  subscript(point: UInt32) -> UInt8 {
    return bytes[Int(pages[Int(point >> 8)]) << 8 | Int(point & 0xFF)]
  }
}

/// Reads the numbers of a table of `UnicodeData`.
struct PackedNumbers {
  private let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ string: StaticString) {
    text = UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount)
  }

  mutating func next() -> Int? {
    var value = 0
    var shift = 0
    while at < text.count {
      let byte = text[at]
      at += 1
      if byte < 48 { continue }  // line breaks of the literal
      let group = Int(byte) - 48
      value |= (group & 31) << shift
      if group & 32 == 0 { return value }
      shift += 5
    }
    return nil
  }
}
