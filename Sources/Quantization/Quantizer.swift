import Kernels
import Tensors

/// Turns rows of numbers into one compressed format. A value type without state: workers share it.
///
/// Measure with `Benchmarks/quantization`. `ReferenceQuantizer` says in plain Swift what the kernels compute.
public struct Quantizer: Sendable {
  /// What it writes.
  public let format: CompressedFormat
  private let scheme: any Scheme

  /// A quantiser that writes `format`: i4, i8, nf4 or f4e2m1 without zero points, u4 or u8 with integer ones, all
  /// with scales of f16 or f32; or f4e2m1 with scales of f8e8m0 (MXFP4).
  /// - Throws: `QuantizationError` of code `unsupportedFormat` for any other.
  public init(format: CompressedFormat) throws(QuantizationError) {
    guard let scheme = Quantization.scheme(of: format), format.groupSize.map({ $0 > 0 }) ?? true else {
      throw QuantizationError(.unsupportedFormat, "there is no quantiser for \(format)")
    }
    self.format = format
    self.scheme = scheme
  }

  /// Quantises `rows` rows of `columns` floats, row after row in `floats`, into `output`.
  ///
  /// `output` starts at a byte of its own: a slab of a larger matrix whose rows end inside a byte (four-bit values
  /// and an odd number of columns, or four-bit zero points and an odd number of groups) must begin at an even row
  /// and, unless it is the last, have an even number of rows. `slabRowMultiple(columns:)` says which.
  /// - Precondition: the group size divides `columns`, and the buffers are of the sizes that `format` gives.
  /// - Returns: How far the result is from the source. A result with overflows or non-finite numbers is complete,
  ///   and it is the caller who refuses it.
  public func quantize(
    _ floats: UnsafeBufferPointer<Float>, rows: Int, columns: Int, into output: CompressedRows
  ) -> RowStatistics {
    run(UnsafeRawBufferPointer(floats), oven_type_f32, rows: rows, columns: columns, into: output)
  }

  /// Quantises rows that are still in the bytes of a checkpoint: f32, f16 or bf16, little-endian, at any address.
  /// The same result as after a conversion to float32, which is exact, without the detour through memory.
  public func quantize(
    raw bytes: UnsafeRawBufferPointer, as type: ElementType, rows: Int, columns: Int,
    into output: CompressedRows
  ) throws(QuantizationError) -> RowStatistics {
    guard let source = PlainType(type) else {
      throw QuantizationError(.unsupportedFormat, "numbers of type \(type.rawValue) cannot be quantised")
    }
    return run(bytes, source.kernel, rows: rows, columns: columns, into: output)
  }

  /// A slab of a matrix must begin at a multiple of this many rows: 2 where a row ends inside a byte, else 1.
  public func slabRowMultiple(columns: Int) -> Int {
    let values = format.valueByteCount(rows: 2, columns: columns)
    let zeroPoints = format.zeroPointByteCount(rows: 2, columns: columns)
    return values == 2 * format.valueByteCount(rows: 1, columns: columns)
      && zeroPoints == 2 * format.zeroPointByteCount(rows: 1, columns: columns) ? 1 : 2
  }

  private func run(
    _ source: UnsafeRawBufferPointer, _ type: oven_type, rows: Int, columns: Int, into output: CompressedRows
  ) -> RowStatistics {
    let groupSize = format.groupSize ?? columns
    precondition(
      source.count == rows * columns * (type == oven_type_f32 ? 4 : 2)
        && format.groups(columns: columns) * groupSize == columns
        && output.values.count == format.valueByteCount(rows: rows, columns: columns)
        && output.scales.count == format.scaleByteCount(rows: rows, columns: columns)
        && output.zeroPoints.count == format.zeroPointByteCount(rows: rows, columns: columns),
      "\(rows) rows of \(columns) do not fit the buffers of \(format)")
    var sums = oven_statistics()
    guard rows > 0, columns > 0 else { return RowStatistics(sums, count: 0) }
    let needed = oven_quantize_scratch(columns, groupSize)
    withUnsafeTemporaryAllocation(byteCount: needed, alignment: 64) { scratch in
      var job = oven_quantize_job()
      job.scheme = scheme.kernel
      job.source_type = type
      job.source = source.baseAddress
      (job.rows, job.columns, job.group_size) = (rows, columns, groupSize)
      job.values = output.values.baseAddress?.assumingMemoryBound(to: UInt8.self)
      job.scales = output.scales.baseAddress
      job.scales_are_f32 = format.scaleType == .f32 ? 1 : 0
      job.zero_points = output.zeroPoints.baseAddress?.assumingMemoryBound(to: UInt8.self)
      job.scratch = scratch.baseAddress
      oven_quantize(&job, &sums)
    }
    return RowStatistics(sums, count: rows * columns)
  }
}

extension RowStatistics {
  init(_ sums: oven_statistics, count: Int) {
    self.init()
    self.count = count
    squaredError = sums.squared_error
    squares = sums.squares
    maximumRowError = sums.maximum_row_error
    maximumMagnitude = sums.maximum_magnitude
    nonFiniteCount = Int(sums.non_finite_count)
    overflowCount = Int(sums.overflow_count)
  }
}
