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
    let name = config["quant_method"]?.string ?? ""
    func unsupported(_ what: String) -> CheckpointError {
      CheckpointError(
        .unsupported, "\(file) is quantised with \(what), which is not supported",
        mend: "Supported are GPTQ, AWQ, FP8 and compressed-tensors; or take the model that is not quantised.")
    }
    func size(_ value: JSON?) -> Int? { value?.int.flatMap { $0 > 0 ? $0 : nil } }
    let block = (config["weight_block_size"]?.array ?? [128, 128]).compactMap { size($0) }
    guard block.count == 2, block.allSatisfy({ $0 <= 1 << 20 }) else {
      throw unsupported("blocks of a strange size")
    }
    blockSize = (block[0], block[1])
    let bits = config["bits"]?.int ?? config["w_bit"]?.int ?? 4
    switch name {
    case "gptq":
      guard [2, 3, 4, 8].contains(bits) else { throw unsupported("GPTQ of \(bits) bits") }
      let isSecond = config["checkpoint_format"]?.string == "gptq_v2"
      guard isSecond || ["gptq", nil].contains(config["checkpoint_format"]?.string) else {
        throw unsupported("GPTQ in the format '\(config["checkpoint_format"]?.string ?? "")'")
      }
      (method, layout) = ("GPTQ", .gptq(zeroOffset: isSecond ? 0 : 1))
      (self.bits, groupSize) = (bits, size(config["group_size"]))
    case "awq":
      let version = config["version"]?.string?.lowercased() ?? "gemm"
      guard bits == 4, version == "gemm" else {
        throw unsupported("AWQ of \(bits) bits, version '\(version)'")
      }
      (method, layout) = ("AWQ", .awq)
      (self.bits, groupSize) = (4, size(config["group_size"] ?? config["q_group_size"]))
    case "fp8", "fbgemm_fp8":
      (method, layout, self.bits, groupSize) = ("FP8", .floats, 8, nil)
    case "compressed-tensors", "":
      guard name != "" || config["config_groups"] != nil else { throw unsupported("an unnamed method") }
      let format = config["format"]?.string ?? ""
      let weights = config["config_groups"]?.object?.values.first?["weights"]
      let known = ["pack-quantized", "int-quantized", "float-quantized", "naive-quantized"]
      guard known.contains(format), config["config_groups"]?.object?.count == 1 else {
        throw unsupported("compressed-tensors in the format '\(format)'")
      }
      let isFloat = weights?["type"]?.string == "float"
      let count = weights?["num_bits"]?.int ?? 8
      guard isFloat ? count == 8 : [4, 8].contains(count) else {
        throw unsupported("compressed-tensors of \(count) bits")
      }
      (method, layout) = ("compressed-tensors", isFloat ? .floats : .compressed)
      (self.bits, groupSize) = (count, size(weights?["group_size"]))
    default: throw unsupported("'\(name)'")
    }
  }
}
