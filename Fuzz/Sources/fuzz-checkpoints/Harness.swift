import Checkpoints
import JSON
import Tensors

/// Opens what the fuzzer made up and reads a little of every tensor. Anything but an error or numbers is a find:
/// libFuzzer reports traps, hangs and more memory than its limit.
private func run(_ open: (MemoryByteSource) throws -> any WeightSource, _ bytes: [UInt8]) {
  guard let weights = try? open(MemoryByteSource(name: "fuzzed", bytes: bytes)) else { return }
  let scratch = ScratchBuffer()
  for name in weights.tensorNames.prefix(16) {
    guard let tensor = weights.tensor(named: name) else { continue }
    for rows in Set([0..<min(2, tensor.shape.rows), max(0, tensor.shape.rows - 1)..<tensor.shape.rows]) {
      read(tensor, rows, scratch)
    }
  }
}

private func read(_ tensor: any StoredTensor, _ rows: Range<Int>, _ scratch: ScratchBuffer) {
  let columns = tensor.shape.columns
  // A user of the readers compares shapes with the configuration before it allocates.
  guard !rows.isEmpty, columns <= 1 << 20 else { return }
  var floats = [Float](repeating: 0, count: rows.count * columns)
  try? floats.withUnsafeMutableBufferPointer { try tensor.readRows(rows, into: $0, scratch: scratch) }
  guard let format = tensor.keptFormat else { return }
  var values = [UInt8](repeating: 0, count: format.valueByteCount(rows: rows.count, columns: columns))
  var scales = [UInt8](repeating: 0, count: format.scaleByteCount(rows: rows.count, columns: columns))
  var zeros = [UInt8](repeating: 0, count: format.zeroPointByteCount(rows: rows.count, columns: columns))
  values.withUnsafeMutableBytes { values in
    scales.withUnsafeMutableBytes { scales in
      zeros.withUnsafeMutableBytes { zeros in
        try? tensor.readKeptRows(
          rows, into: CompressedRows(values: values, scales: scales, zeroPoints: zeros), scratch: scratch)
      }
    }
  }
}

/// A safetensors file behind a zero byte and the text of a configuration: two inputs in one.
@Sendable private func openQuantized(_ source: MemoryByteSource) throws -> any WeightSource {
  let bytes = try source.bytes(at: 0, count: source.byteCount)
  let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
  return try Checkpoint.quantized(
    MemoryByteSource(name: "fuzzed", bytes: Array(bytes[end...].dropFirst())),
    config: try JSON(parsing: bytes[..<end]))
}

private let readers: [String: @Sendable (MemoryByteSource) throws -> any WeightSource] = [
  "safetensors": { try Checkpoint.safetensors($0) }, "gguf": { try Checkpoint.gguf($0).weights },
  "torch": { try Checkpoint.torch($0) }, "quantized": openQuantized,
  "pickle": { source in
    _ = try Checkpoint.memberCount(pickle: try source.bytes(at: 0, count: source.byteCount))
    return try TensorTable()
  },
]

/// The reader that is fuzzed, chosen once.
private let open = Environment.reader(of: readers.keys.sorted()).flatMap { readers[$0] }

/// Whether the environment names a reader.
var hasReader: Bool { open != nil }

/// Gives one input to the reader.
func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  if let open { run(open, Array(UnsafeBufferPointer(start: data, count: size))) }
  return 0
}
