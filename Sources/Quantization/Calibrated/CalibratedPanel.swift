import Tensors

/// 16 rounded rows: levels, scales and zero points, before they are packed.
package struct CalibratedPanel: Sendable {
  /// What the codes stand for, without the scale, [columns][16].
  package var levels: Panel
  package var scales: ScaleSearch.Result

  package init(levels: Panel, scales: ScaleSearch.Result) {
    self.levels = levels
    self.scales = scales
  }

  /// The numbers that a device computes with.
  package func values(groupSize: Int?) -> Panel {
    let size = groupSize ?? levels.columns
    var result = levels
    result.values.withUnsafeMutableBufferPointer { values in
      scales.scales.withUnsafeBufferPointer { scales in
        for column in 0..<levels.columns {
          let group = column / size * Panel.rows
          for row in 0..<Panel.rows { values[column * Panel.rows + row] *= scales[group + row] }
        }
      }
    }
    return result
  }

  /// The first `rows` rows as they are stored. `output` begins at a whole byte and at an even row.
  package func pack(rows: Int, format: CompressedFormat, into output: CompressedRows) {
    let columns = levels.columns
    let groups = format.groups(columns: columns)
    output.values.initializeMemory(as: UInt8.self, repeating: 0)
    output.zeroPoints.initializeMemory(as: UInt8.self, repeating: 0)
    let codes = FourBitCodes(format)
    for row in 0..<rows {
      for group in 0..<groups {
        let place = row * groups + group
        let (scale, zero) = (
          scales.scales[group * Panel.rows + row], scales.zeroPoints[group * Panel.rows + row]
        )
        switch format.scaleType {
        case .f16:
          output.scales.storeBytes(
            of: HalfFloat.bits(scale).littleEndian, toByteOffset: 2 * place, as: UInt16.self)
        case .f8e8m0:
          output.scales.storeBytes(
            of: UInt8(scale.exponentBitPattern & 255), toByteOffset: place, as: UInt8.self)
        default:
          output.scales.storeBytes(
            of: scale.bitPattern.littleEndian, toByteOffset: 4 * place, as: UInt32.self)
        }
        if format.zeroPoint == .integer { Self.put(UInt8(zero), at: place, output.zeroPoints) }
        let size = columns / groups
        for column in group * size..<(group + 1) * size {
          let level = levels.values[column * Panel.rows + row]
          Self.put(codes.code(of: level, zeroPoint: zero), at: row * columns + column, output.values)
        }
      }
    }
  }

  private static func put(_ code: UInt8, at place: Int, _ bytes: UnsafeMutableRawBufferPointer) {
    bytes[place / 2] |= place % 2 == 0 ? code : code << 4
  }
}

/// The codes of levels that are known to be exact.
struct FourBitCodes {
  private enum Kind { case integers, normalFloats, floats }
  private let kind: Kind

  init(_ format: CompressedFormat) {
    switch format.elementType {
    case .nf4: kind = .normalFloats
    case .f4e2m1: kind = .floats
    default: kind = .integers
    }
  }

  func code(of level: Float, zeroPoint: Float) -> UInt8 {
    switch kind {
    case .integers: UInt8(bitPattern: Int8(level + zeroPoint)) & 15
    case .normalFloats: UInt8(NormalFloats.levels.firstIndex(of: level) ?? 7)
    case .floats:
      UInt8(FourBitFloats.levels.firstIndex(of: abs(level)) ?? 0) | (level < 0 ? 8 : 0)
    }
  }
}
