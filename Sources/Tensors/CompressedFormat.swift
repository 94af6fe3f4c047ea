/// How a weight matrix is stored in few bits: values along each row in groups, a scale for each group, and
/// possibly a zero point: `w = (value − zero point) · scale`.
public struct CompressedFormat: Sendable, Hashable {
  /// Where the zero of a group lies.
  public enum ZeroPoint: Sendable, Hashable {
    /// At the value 0 (symmetric).
    case none
    /// At an integer of the values' own type.
    case integer
    /// At a floating-point number of the scale's type, as blocks of Q4_1 have it.
    case float
  }

  /// The type of the values: i4, u4, i8, u8, nf4, f4e2m1 or f8e4m3.
  public var elementType: ElementType
  /// How many values of a row share a scale; nil where a whole row does (channel-wise).
  public var groupSize: Int?
  /// Where the zero lies.
  public var zeroPoint: ZeroPoint
  /// The type of the scales: f16, f32 or f8e8m0.
  public var scaleType: ElementType

  /// Makes a format; nothing is checked here.
  public init(
    elementType: ElementType, groupSize: Int?, zeroPoint: ZeroPoint = .none, scaleType: ElementType = .f16
  ) {
    self.elementType = elementType
    self.groupSize = groupSize
    self.zeroPoint = zeroPoint
    self.scaleType = scaleType
  }

  /// The groups in a row of `columns` values.
  public func groups(columns: Int) -> Int { groupSize.map { columns / $0 } ?? 1 }

  /// The type of the zero points, nil without them.
  public var zeroPointType: ElementType? {
    switch zeroPoint {
    case .none: nil
    case .integer: elementType
    case .float: scaleType
    }
  }

  /// The bytes of the packed values of `rows` rows. Two four-bit values share a byte, the even one in the low
  /// half; rows follow each other without a gap, so that an odd row ends inside a byte.
  public func valueByteCount(rows: Int, columns: Int) -> Int {
    elementType.byteCount(of: rows * columns)
  }

  /// The bytes of the scales of `rows` rows.
  public func scaleByteCount(rows: Int, columns: Int) -> Int {
    scaleType.byteCount(of: rows * groups(columns: columns))
  }

  /// The bytes of the zero points of `rows` rows; 0 without them.
  public func zeroPointByteCount(rows: Int, columns: Int) -> Int {
    zeroPointType?.byteCount(of: rows * groups(columns: columns)) ?? 0
  }

  /// Bits per weight, scales and zero points included.
  public func bitsPerWeight(columns: Int) -> Double {
    let perGroup = Double(scaleType.bits + (zeroPointType?.bits ?? 0))
    return Double(elementType.bits) + perGroup * Double(groups(columns: columns)) / Double(max(columns, 1))
  }
}

/// Destination of compressed rows: the three parts, each for the same run of rows.
///
/// The caller owns the memory and has sized it with `CompressedFormat`'s byte counts.
public struct CompressedRows {
  /// Packed values.
  public var values: UnsafeMutableRawBufferPointer
  /// Scales, `rows · groups`.
  public var scales: UnsafeMutableRawBufferPointer
  /// Zero points, `rows · groups`, packed; empty without them.
  public var zeroPoints: UnsafeMutableRawBufferPointer

  /// Names the three parts.
  public init(
    values: UnsafeMutableRawBufferPointer, scales: UnsafeMutableRawBufferPointer,
    zeroPoints: UnsafeMutableRawBufferPointer
  ) {
    self.values = values
    self.scales = scales
    self.zeroPoints = zeroPoints
  }
}
