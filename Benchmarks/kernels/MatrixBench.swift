import Foundation
import LinearKernels

/// What is measured: matrices of [6144, 2048], larger than a core's caches.
struct MatrixKind {
  var name: String
  var code: oven_number
  var scale: oven_number
  var group: Int
  var zero = oven_number_none
  var minimum = oven_number_none

  static let rows = 6144
  static let columns = 2048
  /// Rows of numbers.
  static let counts = [1, 4, 16, 512]

  static let all = [
    MatrixKind(name: "i4 g128", code: oven_number_i4, scale: oven_number_f16, group: 128),
    MatrixKind(name: "i4 g64", code: oven_number_i4, scale: oven_number_f16, group: 64),
    MatrixKind(
      name: "u4 g32 wide", code: oven_number_u4, scale: oven_number_f32, group: 32, zero: oven_number_f32),
    MatrixKind(
      name: "Q4_1", code: oven_number_u4, scale: oven_number_f16, group: 32, minimum: oven_number_f16),
    MatrixKind(name: "Q4_K", code: oven_number_u4, scale: oven_number_i8, group: 32, minimum: oven_number_i8),
    MatrixKind(name: "Q5_0", code: oven_number_i5, scale: oven_number_f16, group: 32),
    MatrixKind(name: "Q6_K", code: oven_number_i6, scale: oven_number_i8, group: 16),
    MatrixKind(name: "IQ4_NL", code: oven_number_iq4, scale: oven_number_f16, group: 32),
    MatrixKind(name: "mxfp4", code: oven_number_f4, scale: oven_number_e8m0, group: 32),
    MatrixKind(name: "nf4", code: oven_number_nf4, scale: oven_number_f16, group: 64),
    MatrixKind(name: "Q8_0", code: oven_number_i8, scale: oven_number_f16, group: 32),
  ]
}

/// A matrix with memory, and rows of numbers for it.
final class MatrixBench {
  let name: String
  /// The bytes of the matrix with all that belongs to it.
  private(set) var size = 0
  private var matrix = oven_matrix()
  private let x: UnsafeMutablePointer<Float>
  private let y: UnsafeMutablePointer<Float>

  init(_ kind: MatrixKind) {
    name = kind.name
    let most = MatrixKind.counts.max() ?? 1
    x = .allocate(capacity: most * MatrixKind.columns)
    y = .allocate(capacity: most * MatrixKind.rows)
    for index in 0..<most * MatrixKind.columns { x[index] = Float(index * 7 % 23) / 23 - 0.5 }
    (matrix.code_type, matrix.scale_type, matrix.zero_type) = (kind.code, kind.scale, kind.zero)
    (matrix.minimum_type, matrix.group) = (kind.minimum, kind.group)
    (matrix.rows, matrix.columns) = (MatrixKind.rows, MatrixKind.columns)
    matrix.factor_groups = 256 / min(kind.group, 256)
    fill(kind)
    precondition(oven_linear_supports(&matrix) != 0)
  }

  private func fill(_ kind: MatrixKind) {
    let count = MatrixKind.rows * MatrixKind.columns, groups = count / kind.group
    matrix.codes = UnsafeRawPointer(memory(kind.code == oven_number_i8 ? count : count / 2))
    if kind.code == oven_number_i5 { matrix.planes = UnsafeRawPointer(memory(count / 8)) }
    if kind.code == oven_number_i6 { matrix.planes = UnsafeRawPointer(memory(count / 4)) }
    matrix.scales = numbers(kind.scale, groups)
    if kind.scale == oven_number_i8 {
      matrix.scale_factors = numbers(oven_number_f16, groups / matrix.factor_groups)
    }
    if kind.zero != oven_number_none { matrix.zeros = numbers(kind.zero, groups) }
    if kind.minimum != oven_number_none { matrix.minima = numbers(kind.minimum, groups) }
    if kind.minimum == oven_number_i8 {
      matrix.minimum_factors = numbers(oven_number_f16, groups / matrix.factor_groups)
    }
  }

  private func numbers(_ type: oven_number, _ count: Int) -> UnsafeRawPointer {
    switch type {
    case oven_number_f32:
      let memory = memory(4 * count)
      for index in 0..<count { memory.storeBytes(of: 0.01, toByteOffset: 4 * index, as: Float.self) }
      return UnsafeRawPointer(memory)
    case oven_number_f16:
      let memory = memory(2 * count)
      for index in 0..<count { memory.storeBytes(of: 0x2100, toByteOffset: 2 * index, as: UInt16.self) }
      return UnsafeRawPointer(memory)
    case oven_number_e8m0:
      let memory = memory(count)
      memory.initializeMemory(as: UInt8.self, repeating: 120, count: count)
      return UnsafeRawPointer(memory)
    default: return UnsafeRawPointer(memory(count, limit: 121))
    }
  }

  private func memory(_ count: Int, limit: Int = 251) -> UnsafeMutableRawPointer {
    size += count
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
    for index in 0..<count {
      memory.storeBytes(of: UInt8(index * 31 % limit), toByteOffset: index, as: UInt8.self)
    }
    return memory
  }

  /// The seconds of a product with so many rows of numbers, their preparation included.
  func seconds(_ count: Int) -> Double {
    let prepared = UnsafeMutableRawPointer.allocate(
      byteCount: oven_linear_prepared_size(&matrix, count), alignment: 64)
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: oven_linear_scratch_size(&matrix, count), alignment: 64)
    defer {
      prepared.deallocate()
      scratch.deallocate()
    }
    let clock = ContinuousClock(), start = clock.now
    oven_linear_prepare(&matrix, x, count, 0, count, prepared)
    oven_linear_multiply(&matrix, prepared, count, 0, matrix.rows, y, matrix.rows, scratch)
    return (clock.now - start) / .seconds(1)
  }
}
