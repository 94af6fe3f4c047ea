import Tensors

/// A position in the header of a GGUF file, read through a window so that the data behind it is never touched.
struct GGUFCursor {
  private let source: any ByteSource
  private var window: [UInt8] = []
  private var windowStart = 0
  /// The next byte to read.
  private(set) var position = 0

  private static let windowByteCount = 1 << 18
  /// Vocabularies of a quarter million tokens make headers of some ten megabytes.
  private static let maximumHeaderByteCount = 1 << 27

  init(_ source: any ByteSource) { self.source = source }

  /// The file's name, for messages.
  var file: String { source.name }

  /// The bytes of the file that have not been read.
  var remaining: Int { source.byteCount - position }

  /// A fault at the current position.
  func malformed(_ what: String) -> CheckpointError {
    CheckpointError(.malformed, "\(source.name), byte \(position): \(what)")
  }

  /// Lends the next `count` bytes and moves behind them.
  mutating func take<Result>(_ count: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  {
    guard position <= GGUFCursor.maximumHeaderByteCount - count else {
      throw malformed("a header of more than \(GGUFCursor.maximumHeaderByteCount) bytes is not plausible")
    }
    guard count <= remaining else {
      throw CheckpointError(
        .malformed, "\(source.name) ends at byte \(source.byteCount), inside its header",
        mend: "Fetch it again: it is probably cut off.")
    }
    if position + count > windowStart + window.count {
      windowStart = position
      window = try source.bytes(at: position, count: min(remaining, max(count, GGUFCursor.windowByteCount)))
    }
    defer { position += count }
    let start = position - windowStart
    return try window.withUnsafeBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
    }
  }

  /// A little-endian number.
  mutating func number<Number: BitwiseCopyable>(_: Number.Type) throws -> Number {
    try take(MemoryLayout<Number>.size) { $0.loadUnaligned(as: Number.self) }
  }

  /// A 64-bit count of things that take at least `bytesEach` bytes of the file each: more than fit is refused
  /// before anything is allocated for them.
  mutating func count(of what: String, bytesEach: Int, atMost limit: Int) throws -> Int {
    let count = try number(UInt64.self)
    guard count <= UInt64(remaining / bytesEach) else {
      var error = malformed("\(count) \(what) cannot be in the \(remaining) bytes that are left")
      error.mendWording = "Fetch it again: it is cut off or damaged."
      throw error
    }
    guard count <= UInt64(limit) else {
      throw malformed("\(count) \(what) are more than the \(limit) that are read")
    }
    return Int(count)
  }

  /// A string with its length before it. Bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Parameter limit: longer ones are refused; names are short, and a chat template has some thousand bytes.
  mutating func string(atMost limit: Int = 1 << 24) throws -> String {
    let length = try count(of: "bytes of text", bytesEach: 1, atMost: limit)
    return try take(length) { String(decoding: $0, as: UTF8.self) }
  }

  /// A value of the numbered type.
  mutating func value(type: UInt32, depth: Int = 0) throws -> GGUFValue {
    switch type {
    case 6: return .float(Double(try number(Float.self)))
    case 7: return .bool(try number(UInt8.self) != 0)
    case 8: return .string(try string())
    case 9: return try array(depth: depth)
    case 12: return .float(try number(Double.self))
    default: return .integer(try integer(type: type))
    }
  }

  private mutating func integer(type: UInt32) throws -> Int {
    switch type {
    case 0: return Int(try number(UInt8.self))
    case 1: return Int(try number(Int8.self))
    case 2: return Int(try number(UInt16.self))
    case 3: return Int(try number(Int16.self))
    case 4: return Int(try number(UInt32.self))
    case 5: return Int(try number(Int32.self))
    case 10:
      let value = try number(UInt64.self)
      guard let exact = Int(exactly: value) else { throw malformed("the number \(value) is not plausible") }
      return exact
    case 11: return Int(try number(Int64.self))
    default: throw malformed("there is no metadata type \(type)")
    }
  }

  private mutating func array(depth: Int) throws -> GGUFValue {
    guard depth < 4 else { throw malformed("arrays are nested too deep") }
    let type = try number(UInt32.self)
    let sizes = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8]
    guard type < sizes.count else { throw malformed("there is no metadata type \(type)") }
    let count = try count(of: "elements of an array", bytesEach: sizes[Int(type)], atMost: 1 << 24)
    func collect<Element>(_ read: () throws -> Element) rethrows -> [Element] {
      var elements: [Element] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(try read()) }
      return elements
    }
    switch type {
    case 6: return .floats(try collect { try number(Float.self) })
    case 7: return .bools(try collect { try number(UInt8.self) != 0 })
    case 8: return .strings(try collect { try string() })
    case 9: return .arrays(try collect { try array(depth: depth + 1) })
    case 12: return .floats(try collect { Float(try number(Double.self)) })
    default: return .integers(try collect { try integer(type: type) })
    }
  }
}
