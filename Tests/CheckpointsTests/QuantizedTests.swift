import Checkpoints
import Tensors
import Testing

/// Checkpoints that other programs quantised, against the formulas in Python (`make_quantized.py`).
@Suite struct QuantizedTests {
  /// A fixture, and how its weight is kept: type of the values, zero point; nil for one that is dequantised.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let kept: CompressedFormat?
    var testDescription: String { name }

    init(
      _ name: String, _ type: ElementType, _ group: Int?, _ zero: CompressedFormat.ZeroPoint = .none,
      _ scale: ElementType = .f16
    ) {
      self.name = name
      kept = CompressedFormat(elementType: type, groupSize: group, zeroPoint: zero, scaleType: scale)
    }

    init(dequantized name: String) { (self.name, kept) = (name, nil) }
  }

  static let cases = [
    Case("gptq-sym", .i4, 32), Case("gptq-asym", .u4, 32, .float), Case("gptq-v2", .u4, 64, .integer),
    Case(dequantized: "gptq-order"), Case("gptq-8bit", .u8, nil, .integer),
    Case("gptq-3bit", .u4, 32, .integer),
    Case("gptq-2bit", .u4, 16, .integer), Case("awq", .u4, 64, .integer),
    Case("awq-channel", .u4, nil, .float),
    Case("fp8-blocks", .f8e4m3, 32, .none, .f32), Case(dequantized: "fp8-cut-off"),
    Case("fp8-tensor", .f8e4m3, nil, .none, .f32), Case("fp8-rows", .f8e4m3, nil, .none, .f32),
    Case("packed-sym", .i4, 32, .none, .f32), Case("packed-asym", .u4, 64, .integer, .f32),
    Case("packed-channel", .i4, nil, .none, .f32), Case("packed-8bit", .i8, 32, .none, .f32),
    Case("packed-6bit", .i8, 32, .none, .f32), Case("packed-3bit-asym", .u4, 32, .integer, .f32),
    Case(dequantized: "packed-order"), Case("int8", .i8, nil, .none, .f32),
  ]

  @Test(arguments: cases) func givesTheSameNumbers(example: Case) throws {
    let opened = try Checkpoint.open(path: Fixtures.path("quantized/\(example.name)"))
    let golden = try Fixtures.golden("quantized/\(example.name).safetensors")
    #expect(opened.formatName.hasPrefix("safetensors, "))
    #expect(Set(opened.weights.tensorNames) == ["layer.weight", "model.norm.weight"])
    let tensor = try #require(opened.weights.tensor(named: "layer.weight"))
    let expected = try #require(golden.tensor(named: "layer.weight"))
    #expect(tensor.shape == expected.shape && tensor.elementType == nil)
    #expect(tensor.keptFormat == example.kept)
    for rows in [0..<tensor.shape.rows, 7..<8, 13..<30] {
      #expect(try tensor.floats(rows: rows) == expected.floats(rows: rows), "\(rows)")
      if tensor.keptFormat != nil {
        #expect(try tensor.keptFloats(rows: rows) == expected.floats(rows: rows), "kept \(rows)")
      }
    }
  }
}
