import Kernels
import Tensors

/// Plain numbers of files, little-endian and at any alignment, as float32.
///
/// The loops have no branch inside, so that the compiler vectorises them.
enum FloatConversion {
  /// Converts `count` numbers of `type` from `source` on.
  ///
  /// Integers and f64 are rounded to the nearest float32; four-bit types are not read here.
  static func convert(
    _ type: ElementType, from source: UnsafeRawPointer, count: Int, to output: UnsafeMutablePointer<Float>
  ) {
    switch type {
    case .f32: UnsafeMutableRawPointer(output).copyMemory(from: source, byteCount: count * 4)
    case .bf16: oven_widen(source, oven_type_bf16, count, output)
    case .f16: oven_widen(source, oven_type_f16, count, output)
    case .f64: each(UInt64.self, source, count, output) { Float(Double(bitPattern: $0)) }
    case .i8: each(Int8.self, source, count, output) { Float($0) }
    case .u8, .boolean: each(UInt8.self, source, count, output) { Float($0) }
    case .i16: each(Int16.self, source, count, output) { Float($0) }
    case .u16: each(UInt16.self, source, count, output) { Float($0) }
    case .i32: each(Int32.self, source, count, output) { Float($0) }
    case .u32: each(UInt32.self, source, count, output) { Float($0) }
    case .i64: each(Int64.self, source, count, output) { Float($0) }
    case .u64: each(UInt64.self, source, count, output) { Float($0) }
    case .f8e4m3: lookUp(EightBitFloats.e4m3, source, count, output)
    case .f8e5m2: lookUp(EightBitFloats.e5m2, source, count, output)
    case .f8e8m0: lookUp(EightBitFloats.e8m0, source, count, output)
    case .i4, .u4, .nf4, .f4e2m1: preconditionFailure("\(type) is read only in blocks")
    }
  }

  @inline(__always)
  private static func each<Stored: BitwiseCopyable>(
    _: Stored.Type, _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>,
    _ convert: (Stored) -> Float
  ) {
    let stride = MemoryLayout<Stored>.stride
    for index in 0..<count {
      output[index] = convert(source.loadUnaligned(fromByteOffset: index &* stride, as: Stored.self))
    }
  }

  private static func lookUp(
    _ table: [Float], _ source: UnsafeRawPointer, _ count: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    table.withUnsafeBufferPointer { table in
      let bytes = source.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count { output[index] = table[Int(bytes[index])] }
    }
  }
}

/// The values of all 256 codes of the eight-bit floats (OCP 8-bit floating point specification; the MX
/// specification for e8m0).
enum EightBitFloats {
  /// 4 exponent bits with bias 7; no infinities, S.1111.111 is NaN.
  static let e4m3: [Float] = (0..<256).map { code in
    if code & 0x7F == 0x7F { return .nan }
    return value(code: code, fractionBits: 3, bias: 7)
  }

  /// 5 exponent bits with bias 15; infinities and NaN as in IEEE 754.
  static let e5m2: [Float] = (0..<256).map { HalfFloat.value(UInt16($0) << 8) }

  /// Powers of two, 2^(code − 127); 255 is NaN.
  static let e8m0: [Float] = (0..<256).map { code in
    if code == 255 { return .nan }
    return code == 0 ? 0x1p-127 : Float(bitPattern: UInt32(code) << 23)
  }

  private static func value(code: Int, fractionBits: Int, bias: Int) -> Float {
    let fraction = Float(code & (1 << fractionBits - 1)) / Float(1 << fractionBits)
    let exponent = (code & 0x7F) >> fractionBits
    let power = Float(sign: .plus, exponent: max(exponent, 1) - bias, significand: 1)
    let magnitude = (exponent == 0 ? fraction : 1 + fraction) * power
    return code & 0x80 == 0 ? magnitude : -magnitude
  }
}
