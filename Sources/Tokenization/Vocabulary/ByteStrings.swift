/// Many byte strings one behind another in one block of memory.
package struct ByteStrings: Sendable {
  /// The bytes of all strings.
  private(set) var bytes: [UInt8] = []
  /// Where string i ends; it begins where the one before it ends.
  private(set) var ends: [Int32] = []

  package init() {}

  /// How many strings there are.
  package var count: Int { ends.count }

  /// Makes room.
  mutating func reserve(strings: Int, bytes capacity: Int) {
    ends.reserveCapacity(strings)
    bytes.reserveCapacity(capacity)
  }

  /// Appends a string.
  package mutating func append(_ string: some Sequence<UInt8>) {
    bytes.append(contentsOf: string)
    ends.append(Int32(truncatingIfNeeded: bytes.count))
  }

  /// Appends the string whose bytes were collected by `write`.
  mutating func append(writing write: (inout [UInt8]) -> Void) {
    write(&bytes)
    ends.append(Int32(truncatingIfNeeded: bytes.count))
  }

  /// The place of string `index` in `bytes`.
  @inline(__always)
  func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  /// The bytes of string `index`.
  package subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }
}
