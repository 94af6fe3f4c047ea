import Foundation

/// The extents of a Llama.
struct LlamaShape {
  var name: String
  var hidden: Int
  var layers: Int
  var heads: Int
  var keyValueHeads: Int
  var intermediate: Int
  var vocabulary: Int

  /// 1.17 billion parameters, 2.34 GB.
  static let oneBillion = LlamaShape(
    name: "random-1.17b", hidden: 2048, layers: 24, heads: 32, keyValueHeads: 4, intermediate: 5632,
    vocabulary: 28_000)

  /// 7.24 billion parameters, 14.5 GB: the extents of Mistral and neural-chat.
  static let sevenBillion = LlamaShape(
    name: "random-7b", hidden: 4096, layers: 32, heads: 32, keyValueHeads: 8, intermediate: 14336,
    vocabulary: 32_000)
}

/// A checkpoint of random bf16 numbers, in the layout of safetensors.
struct RandomCheckpoint {
  var shape: LlamaShape

  /// Names and extents in the order of the file.
  private var tensors: [(name: String, shape: [Int])] {
    let keyValue = shape.hidden / shape.heads * shape.keyValueHeads
    var list = [("model.embed_tokens.weight", [shape.vocabulary, shape.hidden])]
    for layer in 0..<shape.layers {
      let prefix = "model.layers.\(layer)."
      list += [
        (prefix + "input_layernorm.weight", [shape.hidden]),
        (prefix + "self_attn.q_proj.weight", [shape.hidden, shape.hidden]),
        (prefix + "self_attn.k_proj.weight", [keyValue, shape.hidden]),
        (prefix + "self_attn.v_proj.weight", [keyValue, shape.hidden]),
        (prefix + "self_attn.o_proj.weight", [shape.hidden, shape.hidden]),
        (prefix + "post_attention_layernorm.weight", [shape.hidden]),
        (prefix + "mlp.gate_proj.weight", [shape.intermediate, shape.hidden]),
        (prefix + "mlp.up_proj.weight", [shape.intermediate, shape.hidden]),
        (prefix + "mlp.down_proj.weight", [shape.hidden, shape.intermediate]),
      ]
    }
    return list + [
      ("model.norm.weight", [shape.hidden]), ("lm_head.weight", [shape.vocabulary, shape.hidden]),
    ]
  }

  /// The bytes of all tensors.
  var byteCount: Int { tensors.reduce(0) { $0 + $1.shape.reduce(2, *) } }

  /// Writes `config.json` and `model.safetensors` into `folder`, unless they are there.
  func write(to folder: URL) throws {
    let file = folder.appending(path: "model.safetensors")
    if FileManager.default.fileExists(atPath: file.path) { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(configuration.utf8).write(to: folder.appending(path: "config.json"))
    let partial = folder.appending(path: "partial")
    try Data().write(to: partial)
    let handle = try FileHandle(forWritingTo: partial)
    try handle.write(contentsOf: header)
    var random = SplitMix64(state: 7)
    var left = byteCount
    var block = [UInt16](repeating: 0, count: 4 << 20)
    while left > 0 {
      fill(&block, &random)
      let count = min(left, block.count * 2)
      try block.withUnsafeBytes { try handle.write(contentsOf: Data($0[..<count])) }
      left -= count
    }
    try handle.close()
    try FileManager.default.moveItem(at: partial, to: file)
  }

  /// Numbers of both signs between about 0.002 and 0.03 in size, as trained weights are.
  private func fill(_ block: inout [UInt16], _ random: inout SplitMix64) {
    for index in stride(from: 0, to: block.count, by: 4) {
      let bits = random.next()
      for lane in 0..<4 {
        let draw = UInt16(truncatingIfNeeded: bits >> UInt64(lane * 16))
        // Sign and mantissa are random; the exponent is one of four: 2^-9 to 2^-6.
        block[index + lane] = draw & 0x807F | (118 + (draw >> 7) & 3) << 7
      }
    }
  }

  private var header: Data {
    var offset = 0
    let entries = tensors.map { name, extents in
      let end = offset + extents.reduce(2, *)
      defer { offset = end }
      return "\"\(name)\":{\"dtype\":\"BF16\",\"shape\":\(extents),\"data_offsets\":[\(offset),\(end)]}"
    }
    var text = Data("{\(entries.joined(separator: ","))}".utf8)
    text.append(Data(repeating: 0x20, count: (8 - text.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
  }

  private var configuration: String {
    """
    {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": \(shape.hidden),
     "num_hidden_layers": \(shape.layers), "num_attention_heads": \(shape.heads),
     "num_key_value_heads": \(shape.keyValueHeads), "intermediate_size": \(shape.intermediate),
     "vocab_size": \(shape.vocabulary), "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
     "hidden_act": "silu", "rope_theta": 10000.0, "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
    """
  }
}

/// Steele, Lea and Flood's SplitMix64, so that every run makes the same checkpoint.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
