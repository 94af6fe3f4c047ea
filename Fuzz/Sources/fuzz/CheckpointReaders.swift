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

/// A safetensors file behind a zero byte and the text of a configuration.
private func openQuantized(_ source: MemoryByteSource) throws -> any WeightSource {
  let input = Halves(try source.bytes(at: 0, count: source.byteCount))
  return try Checkpoint.quantized(
    MemoryByteSource(name: "fuzzed", bytes: input.tail), config: try JSON(parsing: input.head))
}

/// The readers of checkpoints.
let checkpointReaders: [String: @Sendable ([UInt8]) -> Void] = [
  "safetensors": { run({ try Checkpoint.safetensors($0) }, $0) },
  "gguf": { run({ try Checkpoint.gguf($0).weights }, $0) },
  "torch": { run({ try Checkpoint.torch($0) }, $0) },
  "quantized": { run(openQuantized, $0) },
  "pickle": { _ = try? Checkpoint.memberCount(pickle: $0) },
]
