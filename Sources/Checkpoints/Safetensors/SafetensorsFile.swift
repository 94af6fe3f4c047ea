import JSON
import Tensors

/// One safetensors file: eight bytes of length, a JSON header, then the tensors without a gap.
///
/// Format: https://huggingface.co/docs/safetensors. The header is taken as hostile: its size is capped, the
/// tensors must cover the data exactly, in any order but without overlap, and every product is checked.
struct SafetensorsFile {
  /// The same cap as the reference implementation's.
  static let maximumHeaderByteCount = 100_000_000

  /// The tensors in the order of their data.
  let tensors: [PlainTensor]
  /// The free-form strings of `__metadata__`.
  let metadata: [String: String]

  /// Reads the header of `source`; no tensor data.
  init(_ source: any ByteSource) throws {
    let name = source.name
    let headerCount = try SafetensorsFile.headerByteCount(of: source)
    var members = SafetensorsHeader(try source.bytes(at: 8, count: headerCount), file: name)
    var tensors: [PlainTensor] = []
    var metadata: [String: String]?
    try members.forEach { key, value in
      if key == "__metadata__" {
        guard metadata == nil else { throw CheckpointError(.malformed, "\(name) has '__metadata__' twice") }
        metadata = try SafetensorsFile.metadata(value, file: name)
      } else {
        tensors.append(try SafetensorsFile.tensor(key, value, source, dataStart: 8 + headerCount))
      }
    }
    tensors.sort { ($0.offset, $0.storedByteCount) < ($1.offset, $1.storedByteCount) }
    try SafetensorsFile.checkCover(tensors, from: 8 + headerCount, to: source)
    self.tensors = tensors
    self.metadata = metadata ?? [:]
  }

  private static func headerByteCount(of source: any ByteSource) throws -> Int {
    guard source.byteCount >= 8 else {
      throw CheckpointError(
        .malformed, "\(source.name) has \(source.byteCount) bytes, too few for a safetensors file",
        mend: "Fetch it again: it is probably cut off.")
    }
    let declared = try source.bytes(at: 0, count: 8).withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard declared <= UInt64(maximumHeaderByteCount) else {
      throw CheckpointError(
        .malformed,
        "\(source.name) declares a header of \(declared) bytes; at most \(maximumHeaderByteCount) are allowed",
        mend: "It is probably not a safetensors file.")
    }
    guard Int(declared) <= source.byteCount - 8 else {
      throw CheckpointError(
        .malformed, "\(source.name) declares a header of \(declared) bytes but has \(source.byteCount)",
        mend: "Fetch it again: it is probably cut off.")
    }
    return Int(declared)
  }

  private static func metadata(_ value: JSON, file: String) throws(CheckpointError) -> [String: String] {
    guard let members = value.object else {
      throw CheckpointError(.malformed, "__metadata__ of \(file) is not a JSON object")
    }
    var result: [String: String] = [:]
    for (key, value) in members {
      guard let text = value.string else {
        throw CheckpointError(.malformed, "__metadata__ of \(file) has a value that is no string: '\(key)'")
      }
      result[key] = text
    }
    return result
  }

  private static func tensor(
    _ name: String, _ value: JSON, _ source: any ByteSource, dataStart: Int
  ) throws -> PlainTensor {
    func malformed(_ what: String) -> CheckpointError {
      CheckpointError(.malformed, "tensor '\(name)' of \(source.name): \(what)")
    }
    guard let typeName = value["dtype"]?.string, let extents = value["shape"]?.array,
      let offsets = value["data_offsets"]?.array, offsets.count == 2,
      let start = offsets[0].int, let end = offsets[1].int
    else { throw malformed("expected dtype, shape and two data_offsets") }
    guard let type = SafetensorsType.elementType(named: typeName) else {
      throw CheckpointError(
        .unsupported, "tensor '\(name)' of \(source.name) has the type \(typeName), which is not supported",
        mend: "Supported are \(SafetensorsType.names.joined(separator: ", ")).")
    }
    guard extents.count <= 32 else { throw malformed("\(extents.count) axes") }
    let dimensions = extents.compactMap(\.int)
    guard dimensions.count == extents.count else { throw malformed("an extent is not an integer") }
    guard let shape = try? Shape(checking: dimensions) else {
      throw malformed("the shape \(dimensions) is not possible")
    }
    guard start >= 0, end >= start, end <= source.byteCount - dataStart else {
      throw CheckpointError(
        .malformed,
        "tensor '\(name)' of \(source.name) lies at bytes \(start)..<\(end) of"
          + " \(source.byteCount - dataStart) bytes of data",
        mend: "Fetch it again: it is probably cut off.")
    }
    guard end - start == type.byteCount(of: shape.elementCount) else {
      throw malformed("\(end - start) bytes for \(shape) numbers of \(typeName)")
    }
    return PlainTensor(name: name, shape: shape, type: type, source: source, offset: dataStart + start)
  }

  /// The tensors, sorted by position, must fill the data from first to last byte without gap or overlap.
  private static func checkCover(_ tensors: [PlainTensor], from start: Int, to source: any ByteSource)
    throws(CheckpointError)
  {
    var position = start
    for tensor in tensors {
      guard tensor.offset == position else {
        let what = tensor.offset < position ? "overlaps the tensor before it" : "leaves a gap before it"
        throw CheckpointError(.malformed, "tensor '\(tensor.name)' of \(source.name) \(what)")
      }
      position += tensor.storedByteCount
    }
    guard position == source.byteCount else {
      throw CheckpointError(
        .malformed, "\(source.name) has \(source.byteCount - position) bytes after its last tensor")
    }
  }
}

/// The names that safetensors gives to types.
enum SafetensorsType {
  private static let types: [(name: String, type: ElementType)] = [
    ("F64", .f64), ("F32", .f32), ("F16", .f16), ("BF16", .bf16), ("F8_E4M3", .f8e4m3), ("F8_E5M2", .f8e5m2),
    ("F8_E8M0", .f8e8m0), ("I64", .i64), ("I32", .i32), ("I16", .i16), ("I8", .i8), ("U64", .u64),
    ("U32", .u32), ("U16", .u16), ("U8", .u8), ("BOOL", .boolean),
  ]

  /// All names, for messages.
  static var names: [String] { types.map(\.name) }

  /// The type of that name.
  static func elementType(named name: String) -> ElementType? { types.first { $0.name == name }?.type }
}
