import Tensors

/// A file that `torch.save` wrote (PyTorch 1.6 or later): a zip archive with a pickle of the state dictionary and
/// an entry for each storage.
struct TorchFile {
  /// The tensors in the order of the dictionary.
  let tensors: [any StoredTensor]

  /// A pickle is tens of bytes a tensor; more than this is an attack.
  private static let maximumPickleByteCount = 1 << 25

  /// Reads the directory and the pickle of `source`; no tensor data.
  init(_ source: any ByteSource) throws {
    let start = try source.bytes(at: 0, count: min(4, source.byteCount))
    guard start == [0x50, 0x4B, 3, 4] else {
      let isPickle = start.first == 0x80
      throw CheckpointError(
        isPickle ? .unsupported : .malformed,
        isPickle
          ? "\(source.name) was written by a PyTorch before 1.6, in a format that is not supported"
          : "\(source.name) is not a PyTorch file: it is no zip archive",
        mend: isPickle ? "Load and save it with a current PyTorch, or take its safetensors files." : nil)
    }
    let archive = try ZipArchive(source)
    guard
      let pickle = archive.names.first(where: { $0.hasSuffix("/data.pkl") }).flatMap({ archive.entries[$0] })
    else { throw CheckpointError(.notACheckpoint, "\(source.name) is a zip archive without a 'data.pkl'") }
    guard pickle.byteCount <= TorchFile.maximumPickleByteCount else {
      throw CheckpointError(.malformed, "\(source.name) has a pickle of \(pickle.byteCount) bytes")
    }
    let root = String(pickle.name.dropLast("data.pkl".count))
    if let order = archive.entries[root + "byteorder"], order.byteCount < 16 {
      guard try source.bytes(at: order.offset, count: order.byteCount).starts(with: "little".utf8) else {
        throw CheckpointError(.unsupported, "\(source.name) is big-endian; only little-endian files are read")
      }
    }
    let members = try Unpickler.stateDictionary(
      try source.bytes(at: pickle.offset, count: pickle.byteCount), file: source.name)
    tensors = try members.map { name, record in
      try TorchFile.tensor(name, record, archive.entries["\(root)data/\(record.storage.key)"], source)
    }
  }

  private static func tensor(
    _ name: String, _ record: TorchTensorRecord, _ entry: ZipArchive.Entry?, _ source: any ByteSource
  ) throws -> any StoredTensor {
    func malformed(_ what: String) -> CheckpointError {
      CheckpointError(.malformed, "tensor '\(name)' of \(source.name): \(what)")
    }
    guard let entry else { throw malformed("its storage '\(record.storage.key)' is missing") }
    guard let shape = try? Shape(checking: record.dimensions), shape.rank == record.strides.count,
      shape.rank <= 32
    else { throw malformed("the shape \(record.dimensions) is not possible") }
    let size = record.type.bits / 8
    let available = entry.byteCount / size
    // The furthest number that the view reaches, with every step checked. Axes of one entry take no step.
    let strides = zip(shape.dimensions, record.strides).map { $0 <= 1 ? 0 : $1 }
    let isEmpty = shape.elementCount == 0
    guard isEmpty || (0..<max(available, 0)).contains(record.offset) else {
      throw malformed("it begins at number \(record.offset) of a storage of \(available)")
    }
    var last = record.offset
    for (extent, stride) in zip(shape.dimensions, strides) where !isEmpty {
      let (reach, overflow) = stride.multipliedReportingOverflow(by: extent - 1)
      guard stride >= 0, !overflow, reach < available - last else {
        throw malformed("its strides \(record.strides) leave its storage of \(available) numbers")
      }
      last += reach
    }
    // A stride of 0 repeats numbers: a small file could pretend to be any size.
    guard shape.elementCount <= available || shape.elementCount <= 1 << 20 else {
      throw malformed("\(shape.elementCount) numbers out of a storage of \(available)")
    }
    let offset = entry.offset + (isEmpty ? 0 : record.offset * size)
    if isEmpty || isContiguous(shape, strides) {
      return PlainTensor(name: name, shape: shape, type: record.type, source: source, offset: offset)
    }
    return StridedTensor(
      name: name, shape: shape, type: record.type, source: source, offset: offset, strides: strides)
  }

  private static func isContiguous(_ shape: Shape, _ strides: [Int]) -> Bool {
    var expected = 1
    for (extent, stride) in zip(shape.dimensions, strides).reversed() where extent != 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }
}
