import Checkpoints
import JSON
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
    Case("packed-old-3bit", .i4, 32, .none, .f32), Case("packed-old-6bit", .i8, 32, .none, .f32),
    Case("packed-old-3bit-asym", .u4, 32, .integer, .f32), Case("packed-groups", .i4, 32, .none, .f32),
    Case("int4-bytes", .i8, nil, .none, .f32), Case("int8-zeros", .u8, nil, .integer, .f32),
    Case("int8-no-zeros", .i8, nil, .none, .f32), Case("fp8-ct-block", .f8e4m3, 32, .none, .f32),
    Case("fp8-modelopt", .f8e4m3, nil, .none, .f32), Case(dequantized: "nvfp4-ct"),
    Case(dequantized: "nvfp4-modelopt"), Case("mxfp4-ct", .f4e2m1, 32, .none, .f8e8m0),
    Case(dequantized: "bitnet"), Case("gptq-mislabelled", .i4, 32), Case("auto-round", .i4, 32),
    Case("gptq-dynamic", .i4, 32), Case("awq-no-zeros", .i4, 32),
    Case("auto-round-asym", .u4, 32, .integer), Case("auto-round-sym", .i4, 32),
    Case("gptq-v2-mislabelled", .i4, 32), Case("gptq-8bit-mislabelled", .i8, 32),
    Case("fp8-mx", .f8e4m3, 32, .none, .f32), Case("fp8-blocks-e8m0", .f8e4m3, 32, .none, .f32),
    Case("int8-blocks", .i8, 32, .none, .f32),
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

  @Test(arguments: [
    ("gptq-mislabelled", "(8)"), ("gptq-8bit-mislabelled", "(128)"), ("gptq-v2-mislabelled", "(7)"),
  ]) func namesAMislabelledFile(name: String, stored: String) throws {
    let notes = try Checkpoint.open(path: Fixtures.path("quantized/\(name)")).notes
    #expect(notes.count == 1 && notes.first?.contains("mislabelled") == true)
    #expect(notes.first?.contains(stored) == true)
    for right in ["auto-round", "auto-round-sym", "gptq-sym", "gptq-v2"] {
      #expect(try Checkpoint.open(path: Fixtures.path("quantized/\(right)")).notes.isEmpty)
    }
  }

  /// A configuration, and what the refusal must name.
  @Test(arguments: [
    (#"{"quant_method":"bitsandbytes","load_in_4bit":true}"#, "bitsandbytes"),
    (#"{"quant_method":"exl2"}"#, "EXL2"), (#"{"quant_method":"gptq","bits":5}"#, "5 bits"),
    (#"{"quant_method":"compressed-tensors","format":"marlin-24"}"#, "marlin-24"),
    (
      #"{"quant_method":"compressed-tensors","format":"dense","#
        + #""transform_config":{"config_groups":{"R1":{"type":"hadamard"}}}}"#,
      "transform_config"
    ),
    (
      #"{"quant_method":"compressed-tensors","format":"dense","sparsity_config":{"format":"sparse-24-bitmask"}}"#,
      "sparse-24-bitmask"
    ),
  ])
  func refusesByName(config: String, name: String) throws {
    let source = try FileByteSource(path: Fixtures.path("quantized/int8/model.safetensors"))
    let whole = try JSON(parsing: Array("{\"quantization_config\":\(config)}".utf8))
    #expect {
      _ = try Checkpoint.quantized(source, config: whole)
    } throws: { error in
      guard let error = error as? CheckpointError else { return false }
      return error.code == .unsupported && error.message.contains(name) && !error.mend.isEmpty
    }
  }

  @Test(arguments: [
    "{}", #"{"quant_method":"compressed-tensors","format":"dense","config_groups":{},"transform_config":{}}"#,
  ])
  func readsPlainNumbersWhereNothingIsQuantised(config: String) throws {
    let source = try FileByteSource(path: Fixtures.path("quantized/int8.safetensors"))
    let whole = try JSON(parsing: Array("{\"quantization_config\":\(config)}".utf8))
    let weights = try Checkpoint.quantized(source, config: whole)
    #expect(weights.tensor(named: "layer.weight")?.elementType == .f32)
  }
}
