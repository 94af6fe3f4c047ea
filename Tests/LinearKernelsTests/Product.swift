import Foundation
import LinearKernels

/// A matrix with guarded memory, and what the kernels compute with it.
struct Product {
  var matrix: oven_matrix
  /// What its addresses point into.
  private var parts: [GuardedMemory] = []

  /// A matrix of the kind `kind`, without memory.
  init(kind: oven_matrix) { matrix = kind }

  /// A matrix as a file has it.
  init(
    code: oven_number, zero: oven_number, scale: oven_number, rows: Int, columns: Int, group: Int,
    codes: [UInt8], zeros: [UInt8], scales: [UInt8]
  ) {
    var kind = oven_matrix()
    (kind.code_type, kind.scale_type, kind.zero_type) = (code, scale, zero)
    kind.minimum_type = oven_number_none
    (kind.rows, kind.columns, kind.group) = (rows, columns, group)
    self.init(kind: kind)
    set(\.codes, codes)
    set(\.scales, scales)
    set(\.zeros, zeros)
  }

  /// Gives a part of the matrix its bytes.
  mutating func set(_ part: WritableKeyPath<oven_matrix, UnsafeRawPointer?>, _ bytes: [UInt8]) {
    let memory = GuardedMemory(bytes)
    parts.append(memory)
    matrix[keyPath: part] = UnsafeRawPointer(memory.start)
  }

  /// The same numbers in fewer bytes; nil where they are not packed, or something would be lost.
  func packed() -> Product? {
    var (wide, kind) = (matrix, oven_matrix())
    guard oven_linear_packing(&wide, &kind) != 0 else { return nil }
    let memory = GuardedMemory([UInt8](repeating: 0xff, count: oven_linear_packed_size(&kind)))
    oven_linear_place(&kind, memory.start)
    let half = min(matrix.rows, 16)
    guard oven_linear_pack(&wide, &kind, 0, half) != 0, oven_linear_pack(&wide, &kind, half, matrix.rows) != 0
    else { return nil }
    var packed = Product(kind: kind)
    packed.parts = parts + [memory]
    return packed
  }

  /// y[m][n] of x[m][k], the matrix's rows cut into parts of `part` at most.
  func multiply(_ x: [Float], isExact: Bool = false, part: Int = .max) -> [Float] {
    var matrix = matrix
    let count = x.count / matrix.columns
    let input = GuardedMemory(floats: x)
    let output = GuardedMemory([UInt8](repeating: 0xff, count: 4 * count * matrix.rows))
    let numbers = input.start.assumingMemoryBound(to: Float.self)
    let prepared = aligned(oven_linear_prepared_size(&matrix, count))
    let scratch = aligned(oven_linear_scratch_size(&matrix, count))
    defer {
      prepared.deallocate()
      scratch.deallocate()
    }
    oven_linear_prepare(&matrix, numbers, count, 0, count, prepared)
    for begin in stride(from: 0, to: matrix.rows, by: min(part, matrix.rows)) {
      let end = begin + min(part, matrix.rows - begin)
      let y = output.start.assumingMemoryBound(to: Float.self)
      if isExact {
        oven_linear_multiply_exactly(&matrix, numbers, count, begin, end, y, matrix.rows, scratch)
      } else {
        oven_linear_multiply(&matrix, prepared, count, begin, end, y, matrix.rows, scratch)
      }
    }
    return output.floats
  }

  func row(_ index: Int) -> [Float] {
    var matrix = matrix
    let output = GuardedMemory([UInt8](repeating: 0, count: 4 * matrix.columns))
    oven_linear_decode_row(&matrix, index, output.start.assumingMemoryBound(to: Float.self))
    return output.floats
  }

  private func aligned(_ size: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xff, count: size)
    return memory
  }
}

/// The instruction sets of this machine, the portable one first.
let instructionSets: [String] = {
  let all: [String] = [
    "portable", "avx2", "avx2-vnni", "avx2-vnni by avx512", "avx512", "avx512-bf16", "amx",
  ]
  return all.filter { oven_linear_use_instruction_set($0) != 0 }
}()

/// The type of that name.
func number(_ name: String) -> oven_number {
  switch name {
  case "u4": oven_number_u4
  case "i4": oven_number_i4
  case "u8": oven_number_u8
  case "i8": oven_number_i8
  case "f16": oven_number_f16
  case "f32": oven_number_f32
  case "nf4": oven_number_nf4
  case "f4e2m1": oven_number_f4
  case "f8e8m0": oven_number_e8m0
  default: oven_number_none
  }
}
