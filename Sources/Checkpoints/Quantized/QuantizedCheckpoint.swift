import JSON
import Tensors

/// A checkpoint whose weights another program has quantised, as `quantization_config` says: the tensors that make up
/// a weight become one tensor `X.weight`, the others stay as they are.
struct QuantizedCheckpoint {
  /// The tensors, in the order of the files; a quantised weight takes the place of its first part.
  let tensors: [any StoredTensor]
  /// `GPTQ`, `AWQ`, `FP8` or `compressed-tensors`; nil for a checkpoint that is not quantised.
  let method: String?

  /// Combines `tensors` as `config` says.
  /// - Throws: `CheckpointError` of code `unsupported` for a way of quantising that is not known.
  init(_ tensors: [any StoredTensor], config: JSON?, file: String) throws {
    guard let quantization = config?["quantization_config"] ?? config?["compression_config"],
      !quantization.isNull
    else {
      self.tensors = tensors
      method = nil
      return
    }
    let scheme = try QuantizationScheme(quantization, file: file)
    let table = try TensorTable(tensors, of: file)
    let builder = QuantizedWeights(scheme: scheme, table: table, file: file)
    self.tensors = try tensors.compactMap { try builder.tensor(from: $0) }
    method = scheme.method
  }
}

/// What a `quantization_config` says.
struct QuantizationScheme {
  /// How weights are laid out.
  enum Layout {
    case gptq(zeroOffset: Float)
    case awq
    /// Eight-bit floats under the weight's own name.
    case floats
    /// Whole numbers packed along rows, or under the weight's own name.
    case compressed
  }

  /// For messages and reports.
  let method: String
  let layout: Layout
  /// Bits of a code; 8 for eight-bit floats.
  let bits: Int
  /// The length of a group along the inputs; nil where a whole row is one.
  let groupSize: Int?
  /// The extents of blocks that share a scale.
  let blockSize: (rows: Int, columns: Int)

  init(_ config: JSON, file: String) throws(CheckpointError) {
    let block = (config["weight_block_size"]?.array ?? [128, 128]).compactMap(QuantizationScheme.size)
    guard block.count == 2, block.allSatisfy({ $0 <= 1 << 20 }) else {
      throw QuantizationScheme.unsupported("blocks of a strange size", file)
    }
    blockSize = (block[0], block[1])
    let name = config["quant_method"]?.string
    switch name {
    case "gptq": (layout, bits, groupSize) = try QuantizationScheme.gptq(config, file)
    case "awq": (layout, bits, groupSize) = try QuantizationScheme.awq(config, file)
    case "fp8", "fbgemm_fp8": (layout, bits, groupSize) = (.floats, 8, nil)
    case "compressed-tensors", nil:
      (layout, bits, groupSize) = try QuantizationScheme.compressed(config, file)
    case let other?: throw QuantizationScheme.unsupported("'\(other)'", file)
    }
    switch name {
    case "gptq": method = "GPTQ"
    case "awq": method = "AWQ"
    case "fp8", "fbgemm_fp8": method = "FP8"
    default: method = "compressed-tensors"
    }
  }

  private typealias Parts = (layout: Layout, bits: Int, groupSize: Int?)

  private static func gptq(_ config: JSON, _ file: String) throws(CheckpointError) -> Parts {
    let bits = config["bits"]?.int ?? 4
    guard [2, 3, 4, 8].contains(bits) else { throw unsupported("GPTQ of \(bits) bits", file) }
    let format = config["checkpoint_format"]?.string ?? "gptq"
    guard format == "gptq" || format == "gptq_v2" else {
      throw unsupported("GPTQ in the format '\(format)'", file)
    }
    // The first version stores zero points less one.
    return (.gptq(zeroOffset: format == "gptq" ? 1 : 0), bits, size(config["group_size"]))
  }

  private static func awq(_ config: JSON, _ file: String) throws(CheckpointError) -> Parts {
    let bits = config["bits"]?.int ?? config["w_bit"]?.int ?? 4
    let version = config["version"]?.string?.lowercased() ?? "gemm"
    guard bits == 4, version == "gemm" else {
      throw unsupported("AWQ of \(bits) bits, version '\(version)'", file)
    }
    return (.awq, 4, size(config["group_size"] ?? config["q_group_size"]))
  }

  private static func compressed(_ config: JSON, _ file: String) throws(CheckpointError) -> Parts {
    let format = config["format"]?.string ?? ""
    let known = ["pack-quantized", "int-quantized", "float-quantized", "naive-quantized"]
    guard known.contains(format), let groups = config["config_groups"]?.object, groups.count == 1 else {
      throw unsupported("compressed-tensors in the format '\(format)'", file)
    }
    let weights = groups.values.first?["weights"]
    let isFloat = weights?["type"]?.string == "float"
    let bits = weights?["num_bits"]?.int ?? 8
    guard isFloat ? bits == 8 : (2...8).contains(bits) else {
      throw unsupported("compressed-tensors of \(bits) bits", file)
    }
    return (isFloat ? .floats : .compressed, bits, size(weights?["group_size"]))
  }

  /// A positive size; nil for −1, which stands for a whole row.
  private static func size(_ value: JSON?) -> Int? { value?.int.flatMap { $0 > 0 ? $0 : nil } }

  private static func unsupported(_ what: String, _ file: String) -> CheckpointError {
    CheckpointError(
      .unsupported, "\(file) is quantised with \(what), which is not supported",
      mend: "Supported are GPTQ, AWQ, FP8 and compressed-tensors; or take the model that is not quantised.")
  }
}
