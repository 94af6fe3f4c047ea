import Tensors

/// A block format of ggml: a fixed number of neighbouring numbers of a row in a fixed number of bytes.
///
/// Layouts are those of ggml's `ggml-common.h`; the values are checked against the `gguf` Python package.
protocol BlockFormat: Sendable {
  /// How many numbers a block holds.
  static var elementCount: Int { get }

  /// How many bytes a block takes.
  static var byteCount: Int { get }

  /// Whether that form is worth keeping: it is not where it would take far more bits than the block.
  static var isKept: Bool { get }

  /// The compressed form that holds the same values.
  static var kept: CompressedFormat { get }

  /// Computes the numbers of a block.
  static func dequantize(_ block: UnsafeRawPointer, into output: UnsafeMutablePointer<Float>)

  /// Rewrites a block in the kept form.
  static func keep(_ block: UnsafeRawPointer, into output: KeptBlock)
}

extension BlockFormat {
  static var isKept: Bool { true }
}

/// Where the kept form of one block goes.
struct KeptBlock {
  /// `elementCount` packed values.
  var values: UnsafeMutableRawPointer
  /// A scale for each group.
  var scales: UnsafeMutableRawPointer
  /// A zero point for each group, where the format has them.
  var zeroPoints: UnsafeMutableRawPointer

  /// Stores the scale of a group as float32.
  @inline(__always)
  func setScale(_ value: Float, group: Int = 0) {
    scales.storeBytes(of: value, toByteOffset: group &* 4, as: Float.self)
  }

  /// Stores what makes `(q − zero point) · scale` equal to `scale · q + minimum`, as float32. A group whose
  /// scale is 0 has the same value everywhere: the caller writes zeros as its values if this returns false.
  @inline(__always)
  func setAffine(scale: Float, minimum: Float, group: Int = 0) -> Bool {
    let flat = scale == 0
    setScale(flat ? minimum : scale, group: group)
    let zeroPoint: Float = flat ? -1 : -minimum / scale
    zeroPoints.storeBytes(of: zeroPoint, toByteOffset: group &* 4, as: Float.self)
    return !flat
  }
}

/// A tensor stored in blocks.
struct BlockTensor<Format: BlockFormat>: StoredTensor {
  let name: String
  let shape: Shape
  let formatName: String
  let source: any ByteSource
  /// The position of the first block in `source`; the whole range was checked when the header was read.
  let offset: Int

  var elementType: ElementType? { nil }
  var keptFormat: CompressedFormat? { Format.isKept ? Format.kept : nil }
  var storedByteCount: Int { shape.rows * rowByteCount }
  private var blocksPerRow: Int { shape.columns / Format.elementCount }
  private var rowByteCount: Int { blocksPerRow * Format.byteCount }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    precondition(output.count == rows.count * shape.columns)
    guard var position = output.baseAddress else { return }
    try forEachPiece(of: rows, scratch) { blocks, count in
      for index in 0..<count {
        Format.dequantize(blocks + index &* Format.byteCount, into: position)
        position += Format.elementCount
      }
    }
  }

  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    let kept = Format.kept
    precondition(output.values.count == kept.valueByteCount(rows: rows.count, columns: shape.columns))
    precondition(output.scales.count == kept.scaleByteCount(rows: rows.count, columns: shape.columns))
    precondition(output.zeroPoints.count == kept.zeroPointByteCount(rows: rows.count, columns: shape.columns))
    guard let values = output.values.baseAddress, let scales = output.scales.baseAddress else { return }
    let steps = (
      values: kept.valueByteCount(rows: 1, columns: Format.elementCount),
      scales: kept.scaleByteCount(rows: 1, columns: Format.elementCount),
      zeroPoints: kept.zeroPointByteCount(rows: 1, columns: Format.elementCount)
    )
    var place = KeptBlock(values: values, scales: scales, zeroPoints: output.zeroPoints.baseAddress ?? scales)
    try forEachPiece(of: rows, scratch) { blocks, count in
      for index in 0..<count {
        Format.keep(blocks + index &* Format.byteCount, into: place)
        place.values += steps.values
        place.scales += steps.scales
        place.zeroPoints += steps.zeroPoints
      }
    }
  }

  /// Reads the blocks of `rows` in pieces that stay in the cache, in order.
  private func forEachPiece(
    of rows: Range<Int>, _ scratch: ScratchBuffer, _ body: (UnsafeRawPointer, _ count: Int) -> Void
  ) throws {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.rows)
    let total = rows.count * blocksPerRow
    let piece = max(1, min(total, (1 << 18) / Format.byteCount))
    let start = offset + rows.lowerBound * rowByteCount
    try scratch.withBytes(piece * Format.byteCount) { bytes in
      for done in stride(from: 0, to: total, by: piece) {
        let count = min(piece, total - done)
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * Format.byteCount)])
        try source.read(at: start + done * Format.byteCount, into: part)
        if let base = part.baseAddress { body(UnsafeRawPointer(base), count) }
      }
    }
  }
}
