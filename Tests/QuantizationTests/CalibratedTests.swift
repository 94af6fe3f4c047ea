import Foundation
import JSON
import Kernels
import Quantization
import Tensors
import Testing

/// A matrix of `Tests/Fixtures/quantization/calibrated.json`, and what numpy makes of it.
struct CalibratedCase: Sendable, CustomTestStringConvertible {
  let rows, columns, group: Int
  let weights, hessian, magnitudes, scales, factors: [Float]
  let codes: [Int]
  let symmetricError, asymmetricError, compensatedLoss, nearestLoss, total: Double

  var testDescription: String { "\(rows) × \(columns), groups of \(group)" }

  static let all: [CalibratedCase] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/quantization/calibrated.json")
    guard let data = try? Data(contentsOf: path), let json = try? JSON(parsing: [UInt8](data)) else {
      return []
    }
    return (json.array ?? []).map(CalibratedCase.init)
  }()

  private init(_ json: JSON) {
    func floats(_ name: String) -> [Float] { (json[name]?.array ?? []).map { Float($0.double ?? .nan) } }
    rows = json["rows"]?.int ?? 0
    columns = json["columns"]?.int ?? 0
    group = json["group"]?.int ?? 0
    weights = floats("weights")
    hessian = floats("hessian")
    magnitudes = floats("magnitudes")
    scales = floats("sym_scales")
    factors = floats("factors_375")
    codes = (json["gptq_codes"]?.array ?? []).compactMap(\.int)
    symmetricError = json["sym_error"]?.double ?? .nan
    asymmetricError = json["asym_error"]?.double ?? .nan
    compensatedLoss = json["gptq_loss"]?.double ?? .nan
    nearestLoss = json["nearest_loss"]?.double ?? .nan
    total = json["total"]?.double ?? .nan
  }

  var statistics: InputStatistics {
    InputStatistics(blocks: [.init(columns: 0..<columns, matrix: hessian)], magnitudes: magnitudes)
  }

  func format(_ type: ElementType, _ zeroPoint: CompressedFormat.ZeroPoint = .none) -> CompressedFormat {
    CompressedFormat(elementType: type, groupSize: group == columns ? nil : group, zeroPoint: zeroPoint)
  }

  var panels: [Panel] {
    weights.withUnsafeBufferPointer { floats in
      stride(from: 0, to: rows, by: Panel.rows).map { first in
        let end = min(first + Panel.rows, rows)
        return Panel(rowsOf: .init(rebasing: floats[first * columns..<end * columns]), columns: columns)
      }
    }
  }
}

@Suite struct CalibratedTests {
  @Test func casesAreThere() { #expect(CalibratedCase.all.count == 2) }

  @Test(arguments: CalibratedCase.all) func searchFindsTheScalesOfNumpy(_ one: CalibratedCase) throws {
    let search = try ScaleSearch(format: one.format(.i4))
    let groups = one.columns / one.group
    var error = 0.0
    for (index, panel) in one.panels.enumerated() {
      let found = search.run(panel, importances: one.statistics.importances)
      for row in 0..<min(Panel.rows, one.rows - index * Panel.rows) {
        for group in 0..<groups {
          let expected = one.scales[(index * Panel.rows + row) * groups + group]
          #expect(found.scales[group * Panel.rows + row] == expected)
          error += Double(found.errors[group * Panel.rows + row])
        }
      }
    }
    #expect(abs(error / one.symmetricError - 1) < 1e-5)
  }

  @Test(arguments: CalibratedCase.all) func asymmetricSearchLosesWhatNumpyLoses(_ one: CalibratedCase) throws
  {
    let search = try ScaleSearch(format: one.format(.u4, .integer))
    let error = one.panels.reduce(0.0) { sum, panel in
      search.run(panel, importances: one.statistics.importances).errors.reduce(sum) { $0 + Double($1) }
    }
    #expect(abs(error / one.asymmetricError - 1) < 1e-4)
  }

  /// The fixture's.
  private static let damping = 0.01

  /// The fixture's codes were found by the inverse of H, ours by a factor of H itself.
  @Test(arguments: CalibratedCase.all) func compensationGivesTheCodesOfTheInverse(_ one: CalibratedCase)
    throws
  {
    let search = try ScaleSearch(format: one.format(.i4))
    let compensation = try #require(ErrorCompensation(one.statistics, damping: Self.damping))
    for (index, panel) in one.panels.enumerated() {
      let scales = search.run(panel, importances: one.statistics.importances)
      let levels = compensation.run(panel, scales, of: search)
      for row in 0..<min(Panel.rows, one.rows - index * Panel.rows) {
        let found = (0..<one.columns).map { Int(levels.values[$0 * Panel.rows + row]) }
        let first = (index * Panel.rows + row) * one.columns
        #expect(found == Array(one.codes[first..<first + one.columns]))
      }
    }
  }

  @Test(arguments: CalibratedCase.all) func lossesAreThoseOfNumpy(_ one: CalibratedCase) throws {
    for (stages, expected) in [
      (CalibrationStages(), one.compensatedLoss), (CalibrationStages(gptq: false), one.nearestLoss),
    ] {
      let (result, _) = try calibrate(one, one.format(.i4), stages)
      #expect(abs(result.losses.after / expected - 1) < 1e-3)
      #expect(abs(result.losses.total / one.total - 1) < 1e-4)
      #expect(result.losses.before > result.losses.after)
    }
  }

  @Test(arguments: CalibratedCase.all) func channelFactorsAreThoseOfNumpy(_ one: CalibratedCase) throws {
    let found = try #require(ChannelScales.factors(one.magnitudes, exponent: 0.375))
    for (factor, expected) in zip(found, one.factors) { #expect(abs(factor / expected - 1) < 1e-5) }
  }

  /// Every four-bit format: packed bytes dequantise to what the loss was measured on, and nothing is worse than the
  /// scheme's own scales.
  @Test(arguments: [
    CompressedFormat(elementType: .i4, groupSize: 16),
    CompressedFormat(elementType: .u4, groupSize: 16, zeroPoint: .integer),
    CompressedFormat(elementType: .nf4, groupSize: 16), CompressedFormat(elementType: .f4e2m1, groupSize: 16),
    CompressedFormat(elementType: .f4e2m1, groupSize: 32, scaleType: .f8e8m0),
    CompressedFormat(elementType: .i4, groupSize: nil, scaleType: .f32),
  ]) func everyFormat(_ format: CompressedFormat) throws {
    let one = try #require(CalibratedCase.all.first)
    let (result, values) = try calibrate(one, format, CalibrationStages())
    #expect(result.losses.after < result.losses.before)
    var squared = 0.0
    for (value, weight) in zip(values, one.weights) { squared += Double((value - weight) * (value - weight)) }
    #expect(abs(squared / result.statistics.squaredError - 1) < 1e-4)
  }

  /// The same bytes by every instruction set, and slab by slab.
  @Test func instructionSetsAndSlabsAgree() throws {
    let one = try #require(CalibratedCase.all.first)
    let format = one.format(.i4)
    let (_, expected) = try calibrate(one, format, CalibrationStages())
    let (_, slabs) = try calibrate(one, format, CalibrationStages(), slab: 16)
    #expect(slabs == expected)
    let best = String(cString: oven_instruction_set())
    defer { _ = oven_use_instruction_set(best) }
    for name in ["portable", "avx2"] where oven_use_instruction_set(name) != 0 {
      #expect(try calibrate(one, format, CalibrationStages()).values == expected)
    }
  }

  @Test(arguments: CalibratedCase.all) func refinementLosesLess(_ one: CalibratedCase) throws {
    let (result, _) = try calibrate(one, one.format(.i4), CalibrationStages(refine: true))
    #expect(result.losses.after < one.compensatedLoss)
    #expect(result.losses.after > one.compensatedLoss * 0.8)
  }

  @Test func statisticsWithoutNumbersAreNoGround() {
    let zeros = InputStatistics(
      blocks: [.init(columns: 0..<4, matrix: .init(repeating: 0, count: 16))], magnitudes: [0, 0, 0, 0])
    #expect(!zeros.isUsable)
    #expect(ErrorCompensation(zeros) == nil)
    #expect(ChannelScales.factors([0, 0], exponent: 0.5) == nil)
    let damaged = InputStatistics(
      blocks: [.init(columns: 0..<1, matrix: [.nan])], magnitudes: [1])
    #expect(!damaged.isUsable)
    // Of rank one: everything that is known is one direction.
    let matrix: [Float] = [1, 2, 2, 4]
    let flat = InputStatistics(blocks: [.init(columns: 0..<2, matrix: matrix)], magnitudes: [1, 2])
    #expect(ErrorCompensation(flat) != nil)
  }

  /// Rounds a whole case, and reads the packed bytes back.
  private func calibrate(
    _ one: CalibratedCase, _ format: CompressedFormat, _ stages: CalibrationStages, slab: Int? = nil
  ) throws -> (result: MatrixCalibration.SlabResult, values: [Float]) {
    let calibration = try MatrixCalibration(
      format: format, stages: stages, statistics: one.statistics,
      compensation: ErrorCompensation(one.statistics, damping: Self.damping),
      refinement: Refinement(one.statistics, damping: Self.damping), rows: one.rows)
    var result = MatrixCalibration.SlabResult()
    var values: [Float] = []
    for first in stride(from: 0, to: one.rows, by: slab ?? one.rows) {
      let rows = min(slab ?? one.rows, one.rows - first)
      let bytes = (0..<3).map { part in
        UnsafeMutableRawBufferPointer.allocate(
          byteCount: [format.valueByteCount, format.scaleByteCount, format.zeroPointByteCount][part](
            rows, one.columns),
          alignment: 64)
      }
      defer { bytes.forEach { $0.deallocate() } }
      one.weights.withUnsafeBufferPointer { floats in
        let part = UnsafeBufferPointer(rebasing: floats[first * one.columns..<(first + rows) * one.columns])
        let slabResult = calibration.run(
          part, rows: rows, columns: one.columns, first: first,
          into: CompressedRows(values: bytes[0], scales: bytes[1], zeroPoints: bytes[2]))
        result.losses.merge(slabResult.losses)
        result.statistics.merge(slabResult.statistics)
      }
      values += dequantised(bytes, rows: rows, columns: one.columns, format)
    }
    return (result, values)
  }

  private func dequantised(
    _ bytes: [UnsafeMutableRawBufferPointer], rows: Int, columns: Int, _ format: CompressedFormat
  ) -> [Float] {
    let groups = format.groups(columns: columns)
    func nibble(_ part: Int, _ place: Int) -> UInt8 {
      bytes[part][place / 2] >> (place % 2 == 0 ? 0 : 4) & 15
    }
    return (0..<rows * columns).map { place in
      let group = place / columns * groups + place % columns / (columns / groups)
      let scale: Float =
        switch format.scaleType {
        case .f16: HalfFloat.value(bytes[1].load(fromByteOffset: 2 * group, as: UInt16.self))
        case .f8e8m0: Float(sign: .plus, exponent: Int(bytes[1][group]) - 127, significand: 1)
        default: bytes[1].load(fromByteOffset: 4 * group, as: Float.self)
        }
      let code = nibble(0, place)
      let level: Float =
        switch format.elementType {
        case .nf4: NormalFloats.levels[Int(code)]
        case .f4e2m1: FourBitFloats.levels[Int(code & 7)] * (code & 8 == 0 ? 1 : -1)
        case .u4: Float(code) - Float(nibble(2, group))
        default: Float(Int8(bitPattern: code << 4) >> 4)
        }
      return level * scale
    }
  }
}
