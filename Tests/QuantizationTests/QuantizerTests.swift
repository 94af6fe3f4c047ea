import Quantization
import Tensors
import Testing

@Suite struct QuantizerTests {
  private let i4 = CompressedFormat(elementType: .i4, groupSize: nil)

  /// Slabs that begin where `slabRowMultiple` says, put one after another, are the whole.
  @Test(arguments: [
    (CompressedFormat(elementType: .i4, groupSize: nil), 33, 2),
    (CompressedFormat(elementType: .u4, groupSize: nil, zeroPoint: .integer), 33, 2),
    (CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .integer), 96, 2),
    (CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .integer), 64, 1),
    (CompressedFormat(elementType: .nf4, groupSize: 5), 15, 2),
    (CompressedFormat(elementType: .u8, groupSize: nil, zeroPoint: .integer), 33, 1),
    (CompressedFormat(elementType: .i4, groupSize: 64), 64, 1),
  ])
  func slabsMakeTheWhole(format: CompressedFormat, columns: Int, multiple: Int) throws {
    let quantizer = try Quantizer(format: format)
    #expect(quantizer.slabRowMultiple(columns: columns) == multiple)
    let rows = 7
    let floats = KernelTests.matrix(rows: rows, columns: columns, seed: 3, nonFinite: false)
    let whole = try Compressed(quantizing: floats, rows: rows, columns: columns, format)
    var joined = Compressed(format, rows: 0, columns: columns) { _ in RowStatistics() }
    for start in stride(from: 0, to: rows, by: multiple) {
      let count = min(multiple, rows - start)
      let part = Array(floats[start * columns..<(start + count) * columns])
      let slab = try Compressed(quantizing: part, rows: count, columns: columns, format)
      joined.values += slab.values
      joined.scales += slab.scales
      joined.zeroPoints += slab.zeroPoints
      joined.statistics.merge(slab.statistics)
    }
    #expect(joined.values == whole.values)
    #expect(joined.scales == whole.scales)
    #expect(joined.zeroPoints == whole.zeroPoints)
    #expect(joined.statistics.maximumRowError == whole.statistics.maximumRowError)
    #expect(joined.statistics.count == whole.statistics.count)
  }

  @Test func whatIsNotFiniteIsCountedAndTakenForZero() throws {
    let clean = try Compressed(quantizing: [1, 0, -2, 0, 0.5, 0], rows: 1, columns: 6, i4)
    let dirty = try Compressed(
      quantizing: [1, .nan, -2, .infinity, 0.5, -.infinity], rows: 1, columns: 6, i4)
    #expect(dirty.values == clean.values && dirty.scales == clean.scales)
    #expect(clean.statistics.nonFiniteCount == 0)
    #expect(dirty.statistics.nonFiniteCount == 3)
    #expect(dirty.statistics.maximumMagnitude == 2)
  }

  @Test func scaleBeyondTheRangeIsCounted() throws {
    let statistics = try Compressed(quantizing: [6e5, 1, 0, 0], rows: 2, columns: 2, i4).statistics
    #expect(statistics.overflowCount == 1)
    var wide = i4
    wide.scaleType = .f32
    #expect(try Compressed(quantizing: [6e5, 1], rows: 1, columns: 2, wide).statistics.overflowCount == 0)
  }

  /// Numbers by hand: the scale of [−8, 7, 3.4, 0.5] is 1, and 0.5 is halfway, so that it becomes 0.
  @Test func statisticsSayWhatADeviceWillSee() throws {
    let result = try Compressed(quantizing: [-8, 7, 3.4, 0.5], rows: 1, columns: 4, i4)
    #expect(result.values == [0x78, 0x03] && result.scales == [0x00, 0x3C])
    let statistics = result.statistics
    #expect(abs(statistics.squaredError - 0.41) < 1e-6)
    #expect(abs(statistics.squares - 124.81) < 1e-4)
    #expect(abs(statistics.maximumRowError - 0.1025) < 1e-6)
    #expect(statistics.maximumMagnitude == 8 && statistics.count == 4)
  }

  @Test func nothingIsQuantisedToNothing() throws {
    #expect(try Compressed(quantizing: [], rows: 0, columns: 8, i4).statistics == RowStatistics())
    #expect(try Compressed(quantizing: [], rows: 3, columns: 0, i4).values == [])
  }

  @Test(arguments: [
    CompressedFormat(elementType: .u4, groupSize: 32, zeroPoint: .float),
    CompressedFormat(elementType: .u4, groupSize: 32), CompressedFormat(elementType: .f8e4m3, groupSize: nil),
    CompressedFormat(elementType: .i4, groupSize: 0),
    CompressedFormat(elementType: .i4, groupSize: 32, scaleType: .f8e8m0),
    CompressedFormat(elementType: .i4, groupSize: 32, scaleType: .bf16),
  ])
  func otherFormatsAreRefused(format: CompressedFormat) {
    let error = #expect(throws: QuantizationError.self) { try Quantizer(format: format) }
    #expect(error?.code == .unsupportedFormat)
  }
}
