import Files
import Foundation
import Graph
import JSON
import Quantization
import Tensors

/// Memory for the codes, scales and zero points of one matrix.
final class CodeBuffers {
  private let format: CompressedFormat
  private let columns: Int
  private let whole: CompressedRows

  init(_ format: CompressedFormat, rows: Int, columns: Int) {
    self.format = format
    self.columns = columns
    func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
      .allocate(byteCount: count, alignment: 64)
    }
    whole = CompressedRows(
      values: allocate(format.valueByteCount(rows: rows, columns: columns)),
      scales: allocate(format.scaleByteCount(rows: rows, columns: columns)),
      zeroPoints: allocate(format.zeroPointByteCount(rows: rows, columns: columns)))
  }

  deinit {
    whole.values.deallocate()
    whole.scales.deallocate()
    whole.zeroPoints.deallocate()
  }

  /// The parts, one after another.
  var parts: [UnsafeRawBufferPointer] {
    [whole.values, whole.scales, whole.zeroPoints].map { UnsafeRawBufferPointer($0) }
  }

  /// The memory of some rows, the first of which begins at a whole byte.
  func rows(_ range: Range<Int>) -> CompressedRows {
    func part(_ bytes: UnsafeMutableRawBufferPointer, _ start: Int, _ count: Int)
      -> UnsafeMutableRawBufferPointer
    {
      UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count])
    }
    return CompressedRows(
      values: part(
        whole.values, format.valueByteCount(rows: range.lowerBound, columns: columns),
        format.valueByteCount(rows: range.count, columns: columns)),
      scales: part(
        whole.scales, format.scaleByteCount(rows: range.lowerBound, columns: columns),
        format.scaleByteCount(rows: range.count, columns: columns)),
      zeroPoints: part(
        whole.zeroPoints, format.zeroPointByteCount(rows: range.lowerBound, columns: columns),
        format.zeroPointByteCount(rows: range.count, columns: columns)))
  }
}

/// What calibration made of one layer: codes in a file, and a list of what stands where.
struct LayerFile {
  /// One matrix.
  struct Matrix {
    var name: String
    var format: CompressedFormat
    /// Where its values begin; scales and zero points follow.
    var offset: Int
    var losses: MatrixCalibration.Losses
    var statistics: RowStatistics
  }

  let url: URL
  var folds: [ChannelFold]
  var matrices: [Matrix] = []
  var notes: [String] = []
  private var byteCount = 0

  init(_ url: URL, folds: [ChannelFold]) throws {
    self.url = url
    self.folds = folds
    try OpenFile(writing: url.path).truncate(to: 0)
  }

  mutating func add(
    _ name: String, _ format: CompressedFormat, _ buffers: CodeBuffers, losses: MatrixCalibration.Losses,
    statistics: RowStatistics
  ) throws {
    matrices.append(
      Matrix(name: name, format: format, offset: byteCount, losses: losses, statistics: statistics))
    let file = try OpenFile(writing: url.path)
    for part in buffers.parts where !part.isEmpty {
      try file.write(part, at: byteCount)
      byteCount += part.count
    }
  }

  /// Σ of the losses of the layer's matrices.
  var losses: MatrixCalibration.Losses {
    matrices.reduce(into: MatrixCalibration.Losses()) { $0.merge($1.losses) }
  }
}

extension LayerFile {
  private static func listURL(_ url: URL) -> URL { url.appendingPathExtension("json") }

  /// Writes the list: the layer is whole then, and a bake that goes on takes it as it is.
  func finish(fingerprint: String) throws {
    let list: JSON = [
      "fingerprint": .string(fingerprint), "bytes": .int(byteCount),
      "sum": .string(try SmallFile.digest(of: url.path)),
      "folds": .array(folds.map(\.json)), "notes": .array(notes.map(JSON.string)),
      "matrices": .array(
        matrices.map { matrix in
          [
            "name": .string(matrix.name), "offset": .int(matrix.offset),
            "before": .double(matrix.losses.before), "after": .double(matrix.losses.after),
            "total": .double(matrix.losses.total), "error": .double(matrix.statistics.squaredError),
            "squares": .double(matrix.statistics.squares), "count": .int(matrix.statistics.count),
          ]
        }),
    ]
    try SmallFile.replace(Self.listURL(url).path, with: Array(list.serialized().utf8))
  }

  /// A layer that an earlier, stopped bake of the same thing finished; nil where there is none, or a damaged one.
  init?(finished url: URL, fingerprint: String, format: (String) -> CompressedFormat?) {
    guard let bytes = SmallFile.bytes(at: Self.listURL(url).path, limit: 1 << 30),
      let list = try? JSON(parsing: bytes),
      list["fingerprint"]?.string == fingerprint, let count = list["bytes"]?.int,
      let sum = list["sum"]?.string, (try? SmallFile.digest(of: url.path)) == sum
    else { return nil }
    self.url = url
    byteCount = count
    folds = (list["folds"]?.array ?? []).compactMap { ChannelFold($0) }
    notes = (list["notes"]?.array ?? []).compactMap(\.string)
    for entry in list["matrices"]?.array ?? [] {
      guard let name = entry["name"]?.string, let offset = entry["offset"]?.int, let format = format(name)
      else { return nil }
      var losses = MatrixCalibration.Losses()
      losses.before = entry["before"]?.double ?? 0
      losses.after = entry["after"]?.double ?? 0
      losses.total = entry["total"]?.double ?? 0
      var statistics = RowStatistics()
      statistics.squaredError = entry["error"]?.double ?? 0
      statistics.squares = entry["squares"]?.double ?? 0
      statistics.count = entry["count"]?.int ?? 0
      matrices.append(
        Matrix(name: name, format: format, offset: offset, losses: losses, statistics: statistics))
    }
  }
}

/// The codes of a matrix in a layer's file, read as the quantised values of a checkpoint are.
struct CalibratedTensor: StoredTensor {
  let name: String
  let shape: Shape
  let formatName: String
  let storedByteCount: Int
  let format: CompressedFormat
  let file: FileByteSource
  let offset: Int

  var elementType: Tensors.ElementType? { nil }
  var keptFormat: CompressedFormat? { format }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    throw TensorError(.unsupportedType, "\(name) is read by its codes")
  }

  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    let (count, columns) = (shape.rows, shape.columns)
    let scales = offset + format.valueByteCount(rows: count, columns: columns)
    let zeroPoints = scales + format.scaleByteCount(rows: count, columns: columns)
    try file.read(
      at: offset + format.valueByteCount(rows: rows.lowerBound, columns: columns), into: output.values)
    try file.read(
      at: scales + format.scaleByteCount(rows: rows.lowerBound, columns: columns), into: output.scales)
    guard format.zeroPoint != .none else { return }
    try file.read(
      at: zeroPoints + format.zeroPointByteCount(rows: rows.lowerBound, columns: columns),
      into: output.zeroPoints)
  }
}
