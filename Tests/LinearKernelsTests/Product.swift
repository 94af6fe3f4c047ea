import Foundation
import LinearKernels

/// A matrix with guarded memory, and what the kernels compute with it.
struct Product {
  var matrix: oven_matrix
  let codes: GuardedMemory
  let scales: GuardedMemory
  let zeros: GuardedMemory

  init(
    code: oven_number, zero: oven_number, scale: oven_number, rows: Int, columns: Int, group: Int,
    codes: [UInt8], zeros: [UInt8], scales: [UInt8]
  ) {
    self.codes = GuardedMemory(codes)
    self.zeros = GuardedMemory(zeros)
    self.scales = GuardedMemory(scales)
    matrix = oven_matrix(
      code_type: code, codes: self.codes.start, scale_type: scale, scales: self.scales.start, zero_type: zero,
      zeros: self.zeros.start, rows: rows, columns: columns, group: group)
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
  let all: [String] = ["portable", "avx2", "avx2-vnni", "avx2-vnni by avx512", "avx512", "amx"]
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
  default: oven_number_none
  }
}
