import Graph
import Quantization
import Tensors

/// What one worker needs to turn rows of a weight into bytes of the file.
final class WeightEncoder {
  private let reader = WeightReader()
  private let scratch = ScratchBuffer()

  /// Reads `rows` of the job's weight and stores them in its format at `output`.
  func encode(_ rows: Range<Int>, of job: WeightJob, into output: CompressedRows) throws -> RowStatistics {
    if let calibrated = job.calibrated {
      try reader.readKept(rows, of: calibrated.weight, into: output)
      return rows.lowerBound == 0 ? calibrated.statistics : RowStatistics()
    }
    switch job.format {
    case .compressed where job.isKept:
      try reader.readKept(rows, of: job.weight, into: output)
      return RowStatistics()
    case .compressed(let format):
      return try quantize(rows, of: job, Quantizer(format: format), into: output)
        .withLost(inHalf: format.scaleType == .f16)
    case .dense(let type):
      guard let plain = PlainType(type) else {
        throw TensorError(.unsupportedType, "'\(job.name)' cannot be stored as plain \(type.rawValue)")
      }
      return try withFloats(rows, of: job) { floats in
        DenseConversion.convert(
          floats, rows: rows.count, columns: job.columns, to: plain, into: output.values
        ).withLost(inHalf: type == .f16)
      }
    }
  }

  /// Quantises straight from the checkpoint's bytes where they are plain numbers that nothing is done to.
  private func quantize(
    _ rows: Range<Int>, of job: WeightJob, _ quantizer: Quantizer, into output: CompressedRows
  ) throws -> RowStatistics {
    guard let type = job.weight.elementType, PlainType(type) != nil else {
      return try withFloats(rows, of: job) { floats in
        quantizer.quantize(floats, rows: rows.count, columns: job.columns, into: output)
      }
    }
    return try scratch.withBytes(type.byteCount(of: rows.count * job.columns)) { bytes in
      try reader.readRaw(rows, of: job.weight, into: bytes)
      return try quantizer.quantize(
        raw: UnsafeRawBufferPointer(bytes), as: type, rows: rows.count, columns: job.columns, into: output)
    }
  }

  private func withFloats<Result>(
    _ rows: Range<Int>, of job: WeightJob, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    try scratch.withBytes(rows.count * job.columns * MemoryLayout<Float>.stride) { bytes in
      let floats = bytes.bindMemory(to: Float.self)
      try reader.read(rows, of: job.weight, into: floats)
      return try body(UnsafeBufferPointer(floats))
    }
  }
}

extension RowStatistics {
  /// The squares of very small numbers are 0 in the arithmetic that measures errors. Where such numbers meet float16,
  /// whose smallest is 6 · 10⁻⁸, all of them are lost: that is an error of one, and no error of zero.
  fileprivate func withLost(inHalf isHalf: Bool) -> RowStatistics {
    guard isHalf, maximumMagnitude > 0, maximumMagnitude < 1e-15 else { return self }
    var statistics = self
    statistics.squares = Double(maximumMagnitude) * Double(maximumMagnitude) * Double(count)
    statistics.squaredError = statistics.squares
    return statistics
  }
}
