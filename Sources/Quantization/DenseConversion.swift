import Kernels
import Tensors

/// The element types that numbers have before and without quantisation.
public enum PlainType: Sendable, CaseIterable {
  case f32, f16, bf16

  /// The plain type of that name, nil for any other type.
  public init?(_ type: ElementType) {
    switch type {
    case .f32: self = .f32
    case .f16: self = .f16
    case .bf16: self = .bf16
    default: return nil
    }
  }

  /// As OpenVINO names it.
  public var elementType: ElementType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    }
  }

  var kernel: oven_type {
    switch self {
    case .f32: oven_type_f32
    case .f16: oven_type_f16
    case .bf16: oven_type_bf16
    }
  }
}

/// Writes rows of float32 as plain numbers.
public enum DenseConversion {
  /// Rounds to nearest, halfway cases to even. A number beyond the range of `type` becomes its largest finite one
  /// and is counted as an overflow; NaN and infinities stay what they are, are counted, and are left out of the
  /// sums.
  /// - Precondition: `output` has `rows · columns` elements of `type`.
  public static func convert(
    _ floats: UnsafeBufferPointer<Float>, rows: Int, columns: Int, to type: PlainType,
    into output: UnsafeMutableRawBufferPointer
  ) -> RowStatistics {
    precondition(
      floats.count == rows * columns
        && output.count == type.elementType.byteCount(of: rows * columns),
      "\(rows) rows of \(columns) do not fit \(output.count) bytes of \(type.elementType.rawValue)")
    var sums = oven_statistics()
    if let source = floats.baseAddress, let target = output.baseAddress {
      oven_convert_rows(source, rows, columns, type.kernel, target, &sums)
    }
    return RowStatistics(sums, count: rows * columns)
  }

  /// Widens numbers in the bytes of a checkpoint, at any address, to float32. Exact.
  /// - Precondition: `bytes` has as many elements of `type` as `output`.
  public static func widen(
    _ bytes: UnsafeRawBufferPointer, from type: PlainType, into output: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(bytes.count == type.elementType.byteCount(of: output.count))
    guard let source = bytes.baseAddress, let target = output.baseAddress else { return }
    oven_widen(source, type.kernel, output.count, target)
  }
}
