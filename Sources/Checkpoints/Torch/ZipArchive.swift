import Tensors

/// The directory of a zip file whose entries are stored without compression, as `torch.save` writes it.
///
/// Format: PKWARE's APPNOTE 6.3, with zip64. The file is taken as hostile: every range is inside of the file, no
/// two entries share bytes, sizes agree, and nothing is decompressed.
struct ZipArchive {
  /// An entry and where its bytes are.
  struct Entry: Sendable {
    let name: String
    let offset: Int
    let byteCount: Int
  }

  /// The entries by name.
  let entries: [String: Entry]

  /// The entry names in the order of the directory.
  let names: [String]

  /// Reads the directory of `source`, and the header of each entry.
  init(_ source: any ByteSource) throws {
    let directory = try ZipDirectory(source)
    var cursor = ZipCursor(
      try source.bytes(at: directory.offset, count: directory.byteCount), of: source.name)
    var entries: [String: Entry] = [:]
    var names: [String] = []
    var places: [(start: Int, end: Int)] = []
    for _ in 0..<directory.entryCount {
      let header = try ZipEntryHeader(&cursor)
      let offset = try header.dataOffset(in: source, before: directory.offset)
      places.append((header.headerOffset, offset + header.byteCount))
      let entry = Entry(name: header.name, offset: offset, byteCount: header.byteCount)
      guard entries.updateValue(entry, forKey: header.name) == nil else {
        throw cursor.malformed("the entry '\(header.name)' is there twice")
      }
      names.append(header.name)
    }
    places.sort { $0.start < $1.start }
    for (left, right) in zip(places, places.dropFirst()) where right.start < left.end {
      throw cursor.malformed("entries overlap")
    }
    self.entries = entries
    self.names = names
  }
}

/// Where the directory of a zip file is.
struct ZipDirectory {
  private(set) var offset: Int
  private(set) var byteCount: Int
  private(set) var entryCount: Int

  /// Finds the end record, which is the last thing in the file but for a comment of up to 65535 bytes.
  init(_ source: any ByteSource) throws {
    let tailCount = min(source.byteCount, 22 + 65535)
    let tail = try source.bytes(at: source.byteCount - tailCount, count: tailCount)
    guard let end = ZipDirectory.endRecord(in: tail) else {
      throw ZipDirectory.malformed(source, "it has no directory")
    }
    var cursor = ZipCursor(Array(tail[end...]), of: source.name)
    try cursor.skip(10)
    entryCount = Int(try cursor.number(UInt16.self))
    byteCount = Int(try cursor.number(UInt32.self))
    offset = Int(try cursor.number(UInt32.self))
    var limit = source.byteCount - tailCount + end
    if entryCount == 0xFFFF || byteCount == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      limit = try readLargeRecord(of: source, before: limit)
    }
    guard offset <= limit, byteCount <= limit - offset else {
      throw ZipDirectory.malformed(source, "its directory is not inside of it")
    }
    // An entry takes at least 46 bytes of the directory.
    guard entryCount <= byteCount / 46 else {
      throw ZipDirectory.malformed(
        source, "a directory of \(byteCount) bytes cannot have \(entryCount) entries")
    }
  }

  /// Reads the zip64 record, whose place a locator right before the end record names, and returns that place.
  private mutating func readLargeRecord(of source: any ByteSource, before end: Int) throws -> Int {
    guard end >= 20 else { throw ZipDirectory.malformed(source, "its zip64 locator is missing") }
    var locator = ZipCursor(try source.bytes(at: end - 20, count: 20), of: source.name)
    guard try locator.number(UInt32.self) == 0x0706_4B50 else {
      throw ZipDirectory.malformed(source, "its zip64 locator is missing")
    }
    try locator.skip(4)
    let place = try locator.count()
    guard place <= end - 20 - 56 else {
      throw ZipDirectory.malformed(source, "its zip64 record is not inside of it")
    }
    var record = ZipCursor(try source.bytes(at: place, count: 56), of: source.name)
    guard try record.number(UInt32.self) == 0x0606_4B50 else {
      throw ZipDirectory.malformed(source, "its zip64 record is missing")
    }
    try record.skip(28)
    entryCount = try record.count()
    byteCount = try record.count()
    offset = try record.count()
    return place
  }

  private static func malformed(_ source: any ByteSource, _ what: String) -> CheckpointError {
    CheckpointError(
      .malformed, "\(source.name) is not a whole zip file: \(what)",
      mend: "Fetch it again: it is probably cut off.")
  }

  /// The last position of the end record's signature whose comment reaches exactly to the end of the file.
  private static func endRecord(in tail: [UInt8]) -> Int? {
    guard tail.count >= 22 else { return nil }
    for start in stride(from: tail.count - 22, through: 0, by: -1)
    where tail[start] == 0x50 && tail[start + 1] == 0x4B && tail[start + 2] == 5 && tail[start + 3] == 6 {
      if start + 22 + Int(tail[start + 20]) + Int(tail[start + 21]) << 8 == tail.count { return start }
    }
    return nil
  }
}

/// What the directory says about an entry.
struct ZipEntryHeader {
  let name: String
  let byteCount: Int
  let headerOffset: Int

  init(_ cursor: inout ZipCursor) throws {
    guard try cursor.number(UInt32.self) == 0x0201_4B50 else {
      throw cursor.malformed("its directory is damaged")
    }
    try cursor.skip(4)
    let flags = try cursor.number(UInt16.self)
    let method = try cursor.number(UInt16.self)
    try cursor.skip(8)
    var packed = Int(try cursor.number(UInt32.self))
    var size = Int(try cursor.number(UInt32.self))
    let nameCount = Int(try cursor.number(UInt16.self))
    let extraCount = Int(try cursor.number(UInt16.self))
    let commentCount = Int(try cursor.number(UInt16.self))
    try cursor.skip(8)
    var offset = Int(try cursor.number(UInt32.self))
    let name = String(decoding: try cursor.bytes(nameCount), as: UTF8.self)
    var extra = ZipCursor(Array(try cursor.bytes(extraCount)), of: cursor.name)
    try cursor.skip(commentCount)
    while extra.remaining >= 4 {
      let (id, count) = (try extra.number(UInt16.self), Int(try extra.number(UInt16.self)))
      var field = ZipCursor(Array(try extra.bytes(count)), of: cursor.name)
      guard id == 1 else { continue }
      // The zip64 field has those numbers, in this order, that did not fit.
      if size == 0xFFFF_FFFF { size = try field.count() }
      if packed == 0xFFFF_FFFF { packed = try field.count() }
      if offset == 0xFFFF_FFFF { offset = try field.count() }
    }
    guard method == 0, packed == size else {
      throw CheckpointError(
        .unsupported, "\(cursor.name): the entry '\(name)' is compressed, which PyTorch never does",
        mend: "It is not a file that torch.save wrote.")
    }
    guard flags & 1 == 0 else { throw cursor.malformed("the entry '\(name)' is encrypted") }
    self.name = name
    byteCount = size
    headerOffset = offset
  }

  /// Where the entry's bytes begin: behind its own header, which may be longer than the directory says.
  func dataOffset(in source: any ByteSource, before limit: Int) throws -> Int {
    func malformed(_ what: String) -> CheckpointError {
      CheckpointError(.malformed, "\(source.name): the entry '\(name)' \(what)")
    }
    guard headerOffset <= limit, limit - headerOffset >= 30 else {
      throw malformed("is not inside of the file")
    }
    var cursor = ZipCursor(try source.bytes(at: headerOffset, count: 30), of: source.name)
    guard try cursor.number(UInt32.self) == 0x0403_4B50 else { throw malformed("has no header") }
    try cursor.skip(22)
    let names = Int(try cursor.number(UInt16.self)) + Int(try cursor.number(UInt16.self))
    let offset = headerOffset + 30 + names
    guard offset <= limit, byteCount <= limit - offset else { throw malformed("is not inside of the file") }
    return offset
  }
}

/// Reads little-endian numbers of a zip header from memory.
struct ZipCursor {
  let name: String
  private let storage: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8], of name: String) {
    storage = bytes
    self.name = name
  }

  var remaining: Int { storage.count - position }

  func malformed(_ what: String) -> CheckpointError { CheckpointError(.malformed, "\(name): \(what)") }

  mutating func bytes(_ count: Int) throws(CheckpointError) -> ArraySlice<UInt8> {
    guard count <= remaining else { throw malformed("its directory is cut off") }
    defer { position += count }
    return storage[position..<position + count]
  }

  mutating func skip(_ count: Int) throws(CheckpointError) { _ = try bytes(count) }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(CheckpointError) -> Number {
    try bytes(Number.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  /// A 64-bit number that counts bytes or entries.
  mutating func count() throws(CheckpointError) -> Int {
    let value = try number(UInt64.self)
    guard let count = Int(exactly: value) else { throw malformed("the number \(value) is not plausible") }
    return count
  }
}
