import Tensors

/// What a GGUF header says about one tensor.
struct GGUFTensorEntry {
  let name: String
  /// Outermost axis first.
  let shape: Shape
  let type: GGMLType
  /// The position within the data.
  let offset: Int
  let byteCount: Int

  /// Reads and checks one entry.
  init(_ cursor: inout GGUFCursor, alignment: Int) throws {
    name = try cursor.string(atMost: 1 << 16)
    let name = name
    let axes = try cursor.number(UInt32.self)
    guard (1...4).contains(axes) else { throw cursor.malformed("tensor '\(name)' has \(axes) axes") }
    var extents: [Int] = []
    for _ in 0..<axes {
      let extent = try cursor.number(UInt64.self)
      guard let exact = Int(exactly: extent), exact > 0 else {
        throw cursor.malformed("tensor '\(name)' has an extent of \(extent)")
      }
      extents.append(exact)
    }
    guard let shape = try? Shape(checking: extents.reversed()) else {
      throw cursor.malformed("tensor '\(name)' cannot have the extents \(extents)")
    }
    self.shape = shape
    type = try GGUFTensorEntry.type(try cursor.number(UInt32.self), of: name, cursor)
    guard shape.columns % type.blockElementCount == 0 else {
      throw cursor.malformed(
        "tensor '\(name)' has rows of \(shape.columns) numbers, not whole blocks of"
          + " \(type.blockElementCount) as \(type.name) needs")
    }
    byteCount = shape.elementCount / type.blockElementCount * type.blockByteCount
    let offset = try cursor.number(UInt64.self)
    guard let exact = Int(exactly: offset), exact % alignment == 0 else {
      throw cursor.malformed(
        "tensor '\(name)' lies at byte \(offset), which is not a multiple of \(alignment)")
    }
    self.offset = exact
  }

  private static func type(_ number: UInt32, of name: String, _ cursor: GGUFCursor) throws -> GGMLType {
    if let type = GGMLType(rawValue: number) { return type }
    if let (removed, instead) = GGMLType.removedNames[number] {
      throw CheckpointError(
        .unsupported,
        "tensor '\(name)' of \(cursor.file) is stored as \(removed), a layout for one kind of processor that is no "
          + "longer made",
        mend: "Take the \(instead) file of the model, which has the same numbers.")
    }
    let supported = GGMLType.allCases.map(\.name).joined(separator: ", ")
    let known = GGMLType.unreadNames[number] ?? "type \(number), newer than this program or none at all"
    throw CheckpointError(
      .unsupported, "tensor '\(name)' of \(cursor.file) is stored as \(known), which is not supported",
      mend: "Take a file of another type: \(supported).")
  }

  /// The tensor, once its place is known to be inside of the file.
  func tensor(in source: any ByteSource, dataStart: Int) -> any StoredTensor {
    if let plain = type.elementType {
      return PlainTensor(name: name, shape: shape, type: plain, source: source, offset: dataStart + offset)
    }
    func block<Format: BlockFormat>(_: Format.Type) -> any StoredTensor {
      BlockTensor<Format>(
        name: name, shape: shape, formatName: type.name, source: source, offset: dataStart + offset)
    }
    // A type is either plain or in blocks; plain bytes stand for what cannot be.
    guard let format = type.block else {
      return PlainTensor(name: name, shape: shape, type: .u8, source: source, offset: dataStart + offset)
    }
    return block(format)
  }

  /// Checks that all tensors lie inside of `source` and apart from each other.
  static func checkPlaces(_ entries: [GGUFTensorEntry], dataStart: Int, of source: any ByteSource)
    throws(CheckpointError)
  {
    let available = source.byteCount - dataStart
    var end = 0
    for entry in entries.sorted(by: { $0.offset < $1.offset }) {
      guard entry.offset >= end else {
        throw CheckpointError(
          .malformed, "tensor '\(entry.name)' of \(source.name) overlaps the tensor before it")
      }
      guard entry.byteCount <= available, entry.offset <= available - entry.byteCount else {
        throw CheckpointError(
          .malformed,
          "tensor '\(entry.name)' of \(source.name) needs \(entry.byteCount) bytes from byte \(entry.offset) of"
            + " the data on, which has \(max(available, 0)) bytes",
          mend: "Fetch it again: it is probably cut off.")
      }
      end = entry.offset + entry.byteCount
    }
  }
}
