/// A pull parser for the XML that OpenVINO writes: elements and attributes. Text between elements
/// is skipped unless it is asked for.
///
/// It is made for hostile files: no document types, no entities but the five of XML and character numbers, and
/// limits on depth and on the number of attributes.
package struct XMLScanner {
  /// What is met on the way.
  package enum Event: Equatable {
    /// `<name …>`; an element without children is followed by its end.
    case start(name: String, attributes: [String: String])
    case end(name: String)
  }

  private let bytes: [UInt8]
  private var place = 0
  private var open: [String] = []
  private var pendingEnd: String?
  private var hasRoot = false

  static let maximumDepth = 64
  static let maximumAttributes = 256

  /// A parser at the beginning of a document.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next event, nil at the end of the document.
  package mutating func next() throws(IRError) -> Event? {
    if let name = pendingEnd {
      pendingEnd = nil
      return .end(name: name)
    }
    while true {
      while let byte = peek(), byte != UInt8(ascii: "<") { place += 1 }
      guard peek() != nil else {
        guard open.isEmpty, hasRoot else {
          throw fault(open.isEmpty ? "has no elements" : "ends inside of <\(open[open.count - 1])>")
        }
        return nil
      }
      place += 1
      switch peek() {
      case UInt8(ascii: "?"): try skip(past: "?>")
      case UInt8(ascii: "!"):
        guard hasPrefix("!--") else { throw fault("has a declaration that is not allowed") }
        try skip(past: "-->")
      case UInt8(ascii: "/"):
        place += 1
        return try endTag()
      default: return try startTag()
      }
    }
  }

  /// The text from here to the next tag, without the space around it. Does not move on.
  func text() -> String {
    guard pendingEnd == nil else { return "" }
    let end = bytes[place...].prefix(64).firstIndex(of: UInt8(ascii: "<")) ?? place
    let words = bytes[place..<end].split { $0 == 32 || (9...13).contains($0) }
    return words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private mutating func startTag() throws(IRError) -> Event {
    guard open.count < XMLScanner.maximumDepth else { throw fault("is nested too deeply") }
    guard !hasRoot || !open.isEmpty else { throw fault("has a second root element") }
    hasRoot = true
    let name = try name()
    var attributes: [String: String] = [:]
    while true {
      skipSpace()
      switch peek() {
      case UInt8(ascii: ">"):
        place += 1
        open.append(name)
        return .start(name: name, attributes: attributes)
      case UInt8(ascii: "/"):
        place += 1
        try expect(">")
        pendingEnd = name
        return .start(name: name, attributes: attributes)
      default:
        let key = try self.name()
        skipSpace()
        try expect("=")
        skipSpace()
        guard attributes.count < XMLScanner.maximumAttributes, attributes[key] == nil else {
          throw fault("has too many or repeated attributes in <\(name)>")
        }
        attributes[key] = try quoted()
      }
    }
  }

  private mutating func endTag() throws(IRError) -> Event {
    let name = try name()
    skipSpace()
    try expect(">")
    guard open.popLast() == name else { throw fault("closes <\(name)>, which is not open") }
    return .end(name: name)
  }

  private mutating func name() throws(IRError) -> String {
    let start = place
    while let byte = peek(), XMLScanner.isNameByte(byte) { place += 1 }
    guard place > start, place - start <= 1024 else { throw fault("should have a name") }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func quoted() throws(IRError) -> String {
    guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      throw fault("should have a quoted value")
    }
    place += 1
    let start = place
    var hasReferences = false
    while let byte = peek(), byte != quote {
      if byte == UInt8(ascii: "&") { hasReferences = true }
      if byte == UInt8(ascii: "<") { throw fault("has '<' in a value") }
      place += 1
    }
    guard peek() != nil else { throw fault("ends inside of a value") }
    let raw = bytes[start..<place]
    place += 1
    return hasReferences ? try resolved(raw) : String(decoding: raw, as: UTF8.self)
  }

  /// Replaces `&amp;`, `&#10;` and the like.
  private func resolved(_ raw: ArraySlice<UInt8>) throws(IRError) -> String {
    var result: [UInt8] = []
    var index = raw.startIndex
    while index < raw.endIndex {
      guard raw[index] == UInt8(ascii: "&") else {
        result.append(raw[index])
        index += 1
        continue
      }
      guard let end = raw[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
        throw fault("has an unfinished reference")
      }
      let reference = String(decoding: raw[(index + 1)..<end], as: UTF8.self)
      guard let scalar = XMLScanner.scalar(reference) else {
        throw fault("has the unknown reference &\(reference);")
      }
      result += Array(String(scalar).utf8)
      index = end + 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func scalar(_ reference: String) -> Unicode.Scalar? {
    switch reference {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard reference.hasPrefix("#") else { return nil }
      let digits = reference.dropFirst()
      let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return value.flatMap(Unicode.Scalar.init)
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: ":"), 128...255:
      true
    default: false
    }
  }

  private func peek() -> UInt8? { place < bytes.count ? bytes[place] : nil }

  private func hasPrefix(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[place...].starts(with: $0) }
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 32 || (9...13).contains(byte) { place += 1 }
  }

  private mutating func skip(past text: StaticString) throws(IRError) {
    while place < bytes.count {
      if hasPrefix(text) {
        place += text.utf8CodeUnitCount
        return
      }
      place += 1
    }
    throw fault("ends inside of a comment")
  }

  private mutating func expect(_ text: StaticString) throws(IRError) {
    guard hasPrefix(text) else { throw fault("should have '\(text)'") }
    place += text.utf8CodeUnitCount
  }

  private func fault(_ message: String) -> IRError {
    IRError(.badDocument, "the XML \(message), at byte \(place)")
  }
}
