import JSON

/// What a `quantization_config` says about the weights of a checkpoint.
///
/// It names the program that quantised and how words are to be read. How many bits a weight has, and how long its
/// groups are, is told by the shapes of its own parts: files mix both, module by module.
struct QuantizationScheme {
  /// How the words of GPTQ and AWQ are laid out.
  enum Words {
    /// Along the inputs; `zeroOffset` is added to the stored zero points.
    case gptq(zeroOffset: Float)
    /// Along the outputs, in AWQ's order.
    case awq
  }

  /// For messages and reports.
  let method: String
  var words = Words.gptq(zeroOffset: 1)
  /// Bits that weights of the file may have, the usual first.
  var bits: [Int] = [4]
  /// Whether all zero points are said to lie in the middle.
  var isSymmetric = false
  /// The extents of blocks that share a scale, as far as the file names some.
  var blocks: [(rows: Int, columns: Int)] = []
  /// Whether bytes hold four numbers of two bits (BitNet).
  var isTernary = false
  /// Whether BitNet's scale multiplies; the first models divide by it.
  var multipliesTernaryScale = false

  /// - Parameter method: the `quant_method`, where something else than the configuration says it.
  init(_ config: JSON, file: String) throws(CheckpointError) {
    let name = config["quant_method"]?.string?.lowercased() ?? "compressed-tensors"
    switch name {
    case "gptq": method = "GPTQ"
    case "awq": method = "AWQ"
    case "auto-round", "intel/auto-round", "auto_round": method = "AutoRound"
    case "fp8", "fbgemm_fp8": method = "FP8"
    case "modelopt", "modelopt_fp4", "modelopt_fp8", "nvfp4": method = "ModelOpt"
    case "mxfp4": method = "MXFP4"
    case "bitnet": method = "BitNet"
    case "compressed-tensors": method = "compressed-tensors"
    default: throw QuantizationScheme.unsupported(config["quant_method"]?.string ?? name, file)
    }
    switch method {
    case "GPTQ": try readGPTQ(config, file)
    case "AWQ": try readAWQ(config, file)
    case "AutoRound": try readAutoRound(config, file)
    case "compressed-tensors": try readGroups(config, file)
    case "BitNet":
      isTernary = true
      multipliesTernaryScale = config["linear_class"]?.string == "autobitlinear"
    default: readBlocks(config["weight_block_size"])
    }
    if blocks.isEmpty { blocks = [(128, 128)] }
  }

  private mutating func readGPTQ(_ config: JSON, _ file: String) throws(CheckpointError) {
    bits = [config["bits"]?.int ?? 4]
    guard [2, 3, 4, 8].contains(bits[0]) else {
      throw QuantizationScheme.refused("GPTQ of \(bits[0]) bits", file)
    }
    let format = config["checkpoint_format"]?.string ?? "gptq"
    guard ["gptq", "gptq_v2"].contains(format), config["is_marlin_format"]?.bool != true else {
      throw QuantizationScheme.refused("GPTQ repacked for one kind of GPU ('\(format)')", file)
    }
    isSymmetric = config["sym"]?.bool ?? false
    // The first version stores zero points less one.
    words = .gptq(zeroOffset: format == "gptq" ? 1 : 0)
  }

  private mutating func readAWQ(_ config: JSON, _ file: String) throws(CheckpointError) {
    let count = config["bits"]?.int ?? config["w_bit"]?.int ?? 4
    let version = config["version"]?.string?.lowercased() ?? "gemm"
    guard count == 4, version == "gemm" else {
      throw QuantizationScheme.refused("AWQ of \(count) bits in the layout '\(version)'", file)
    }
    words = .awq
  }

  /// AutoRound stores in the layout of GPTQ or of AWQ, and says which in one of two places. Its own layouts, `auto_round`
  /// and `auto_round:gptqmodel`, are GPTQ's with the zero points as they are.
  private mutating func readAutoRound(_ config: JSON, _ file: String) throws(CheckpointError) {
    let sym = config["sym"] ?? true
    let usual = sym.bool == true ? "auto_round:auto_gptq" : "auto_round"
    let layout = config["packing_format"]?.string ?? config["backend"]?.string ?? usual
    guard config["data_type"]?.string ?? "int" == "int" else {
      throw QuantizationScheme.refused("AutoRound's '\(config["data_type"]?.string ?? "")' numbers", file)
    }
    if layout.contains("awq") { return try readAWQ(["bits": config["bits"] ?? 4], file) }
    let storesLess = layout.contains("gptq") && !layout.contains("gptqmodel")
    try readGPTQ(
      [
        "bits": config["bits"] ?? 4, "sym": sym,
        "checkpoint_format": .string(storesLess ? "gptq" : "gptq_v2"),
      ], file)
  }

  /// compressed-tensors: a list of groups, each of which may have bits and a format of its own.
  private mutating func readGroups(_ config: JSON, _ file: String) throws(CheckpointError) {
    let known: Set = [
      "pack-quantized", "int-quantized", "float-quantized", "naive-quantized", "mixed-precision", "dense",
      "nvfp4-pack-quantized", "mxfp4-pack-quantized",
    ]
    let groups = config["config_groups"]?.object?.values ?? []
    for format in [config["format"]] + groups.map({ $0["format"] }) {
      guard let name = format?.string, !known.contains(name) else { continue }
      throw QuantizationScheme.refused("compressed-tensors in the format '\(name)'", file)
    }
    guard !QuantizationScheme.saysSomething(config["transform_config"]) else {
      throw QuantizationScheme.refused(
        "compressed-tensors with a 'transform_config', which turns activations while the model runs", file)
    }
    let sparsity = config["sparsity_config"]?["format"]?.string ?? "dense"
    guard sparsity == "dense" else {
      throw QuantizationScheme.refused("compressed-tensors that stores sparse weights as '\(sparsity)'", file)
    }
    bits = groups.compactMap { $0["weights"]?["num_bits"]?.int }.filter { (2...8).contains($0) }
    if bits.isEmpty { bits = [8] }
    for group in groups { readBlocks(group["weights"]?["block_structure"]) }
    readBlocks(config["weight_block_size"])
  }

  private mutating func readBlocks(_ value: JSON?) {
    let extents = value?.array?.compactMap(\.int) ?? []
    guard extents.count == 2, extents.allSatisfy({ (1...1 << 20).contains($0) }) else { return }
    blocks.append((extents[0], extents[1]))
  }

  /// Whether a member is there and not empty.
  static func saysSomething(_ value: JSON?) -> Bool {
    guard let value, !value.isNull else { return false }
    if let members = value.object { return members.values.contains { saysSomething($0) } }
    if let elements = value.array { return !elements.isEmpty }
    return true
  }

  private static func refused(_ what: String, _ file: String) -> CheckpointError {
    CheckpointError(
      .unsupported, "\(file) is quantised with \(what), which is not supported",
      mend: "Take the model that is not quantised and let the bake quantise it, or one in GPTQ, AWQ, FP8, "
        + "compressed-tensors or GGUF.")
  }

  /// What other methods are, for those who only know the name.
  private static let others: [String: String] = [
    "bitsandbytes": "bitsandbytes, whose numbers only its own program reads",
    "bitsandbytes_4bit": "bitsandbytes, whose numbers only its own program reads",
    "bitsandbytes_8bit": "bitsandbytes, whose numbers only its own program reads",
    "exl2": "EXL2, ExLlama's own format", "exl3": "EXL3, ExLlama's own format",
    "mlx": "MLX, Apple's own format", "marlin": "GPTQ repacked for one kind of GPU (Marlin)",
    "torchao": "torchao, which stores Python objects",
  ]

  private static func unsupported(_ name: String, _ file: String) -> CheckpointError {
    refused(others[name.lowercased()] ?? "'\(name)'", file)
  }
}
