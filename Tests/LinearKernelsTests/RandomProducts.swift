import Foundation
import LinearKernels

/// Random numbers that are the same each time.
struct Xorshift: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func bytes(_ count: Int, in range: ClosedRange<UInt8> = 0...255) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: range, using: &self) }
  }

  mutating func floats(_ count: Int, in range: ClosedRange<Float>) -> [UInt8] {
    (0..<count).flatMap { _ in
      withUnsafeBytes(of: Float.random(in: range, using: &self)) { Array($0) }
    }
  }

  mutating func halves(_ count: Int, in range: ClosedRange<Float>) -> [UInt8] {
    (0..<count).flatMap { _ in
      withUnsafeBytes(of: Float16(Float.random(in: range, using: &self))) { Array($0) }
    }
  }

  /// A matrix of a random kind that the kernels compute.
  mutating func supportedProduct() -> Product {
    while true {
      if let product = product() { return product }
    }
  }

  /// A matrix of random kind; nil for one that the kernels do not compute.
  mutating func product() -> Product? {
    var kind = oven_matrix()
    kind.columns = [32, 64, 96, 256, 320, 384, 576, 1000, 1026, 1536].randomElement(using: &self) ?? 64
    kind.group = [16, 32, 64, 128, 256, kind.columns].randomElement(using: &self) ?? 32
    kind.rows = Int.random(in: 1...70, using: &self)
    let codes = [
      oven_number_u4, oven_number_i4, oven_number_u8, oven_number_i8, oven_number_u5, oven_number_i5,
      oven_number_i6, oven_number_iq4, oven_number_f4, oven_number_nf4,
    ]
    let scales = [oven_number_f16, oven_number_f32, oven_number_e8m0, oven_number_i8]
    let zeros = [
      oven_number_none, oven_number_u4, oven_number_i4, oven_number_u8, oven_number_i8, oven_number_f32,
    ]
    let minima = [oven_number_none, oven_number_f16, oven_number_i8]
    kind.code_type = codes.randomElement(using: &self) ?? oven_number_u4
    kind.scale_type = scales.randomElement(using: &self) ?? oven_number_f32
    kind.zero_type = zeros.randomElement(using: &self) ?? oven_number_none
    kind.minimum_type = minima.randomElement(using: &self) ?? oven_number_none
    if kind.minimum_type != oven_number_none { kind.zero_type = oven_number_none }
    kind.factor_groups = kind.group == 16 ? 16 : 8
    guard oven_linear_supports(&kind) != 0 else { return nil }
    return product(of: kind)
  }

  /// A matrix of a kind with random numbers.
  private mutating func product(of kind: oven_matrix) -> Product {
    var product = Product(kind: kind)
    let count = kind.rows * kind.columns, groups = count / kind.group
    let isByte = kind.code_type == oven_number_u8 || kind.code_type == oven_number_i8
    product.set(\.codes, bytes(isByte ? count : count / 2))
    let planes =
      kind.code_type == oven_number_i6
      ? 2 : [oven_number_u5, oven_number_i5].contains(kind.code_type) ? 1 : 0
    if planes > 0 { product.set(\.planes, bytes(kind.rows * ((kind.columns + 127) / 128) * planes * 16)) }
    switch kind.scale_type {
    case oven_number_f16: product.set(\.scales, halves(groups, in: -0.1...0.1))
    case oven_number_f32: product.set(\.scales, floats(groups, in: -0.1...0.1))
    case oven_number_e8m0: product.set(\.scales, bytes(groups, in: 120...126))
    default:
      product.set(\.scales, bytes(groups))
      product.set(\.scale_factors, halves(groups / kind.factor_groups, in: -0.001...0.001))
    }
    switch kind.zero_type {
    case oven_number_none: break
    case oven_number_f32: product.set(\.zeros, floats(groups, in: 0...15))
    case oven_number_u4, oven_number_i4: product.set(\.zeros, bytes((groups + 1) / 2))
    default: product.set(\.zeros, bytes(groups))
    }
    if kind.minimum_type == oven_number_f16 { product.set(\.minima, halves(groups, in: -1...1)) }
    if kind.minimum_type == oven_number_i8 {
      product.set(\.minima, bytes(groups))
      product.set(\.minimum_factors, halves(groups / kind.factor_groups, in: -0.01...0.01))
    }
    return product
  }
}
