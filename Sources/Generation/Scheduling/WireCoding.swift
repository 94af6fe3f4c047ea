/// Writes numbers and bytes one after another, small numbers in few bytes.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  mutating func write(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number))
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func write(_ numbers: [Int]) {
    write(numbers.count)
    for number in numbers { write(number) }
  }

  mutating func write(_ number: Float) {
    withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ chunk: [UInt8]) {
    write(chunk.count)
    bytes.append(contentsOf: chunk)
  }

  mutating func write(_ id: SequenceID) {
    write(id.request)
    write(id.branch)
  }
}

/// Bytes that are no message.
package struct WireError: Error, Sendable, CustomStringConvertible {
  /// What is wrong with them.
  package var description: String

  /// Bytes that are wrong in this way.
  package init(description: String) { self.description = description }
}

/// Reads what a `WireWriter` wrote. Whatever the bytes are, it ends with a value or an error.
struct WireReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number() throws(WireError) -> Int {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst() {
      guard shift < 64 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int(Int64(bitPattern: value)) }
      shift += 7
    }
    throw WireError(description: "a number does not end")
  }

  /// A count of things of which each takes at least one byte.
  mutating func count() throws(WireError) -> Int {
    let count = try number()
    guard count >= 0, count <= rest.count else {
      throw WireError(description: "\(count) things in \(rest.count) bytes")
    }
    return count
  }

  mutating func numbers() throws(WireError) -> [Int] {
    var result: [Int] = []
    let count = try count()
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try number()) }
    return result
  }

  mutating func float() throws(WireError) -> Float {
    guard rest.count >= 4 else { throw WireError(description: "a number is cut off") }
    var pattern: UInt32 = 0
    for (index, byte) in rest.prefix(4).enumerated() { pattern |= UInt32(byte) << UInt32(8 * index) }
    rest = rest.dropFirst(4)
    return Float(bitPattern: pattern)
  }

  mutating func chunk() throws(WireError) -> [UInt8] {
    let count = try count()
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func id() throws(WireError) -> SequenceID {
    SequenceID(request: try number(), branch: try number())
  }
}
