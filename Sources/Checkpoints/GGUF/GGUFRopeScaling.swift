import Foundation
import JSON
import Tensors

/// How a GGUF file stretches rotary positions, as `rope_scaling` of a Hugging Face configuration.
///
/// Linear and YaRN are metadata. Factors for each frequency are tensors: two sets for long and short contexts
/// (LongRoPE), or one set that ggml computed from Llama 3's four numbers, which are recovered from it.
struct GGUFRopeScaling {
  /// The value of `rope_scaling`; nil where positions are not scaled.
  let config: JSON?

  init(_ context: GGUFContext) throws {
    let long = try GGUFRopeScaling.factors("rope_factors_long", context)
    let short = try GGUFRopeScaling.factors("rope_factors_short", context)
    let file = context.file
    let factor = context.double("rope.scaling.factor")
    let original = file.value("rope.scaling.original_context_length")?.int
    if let long, let short {
      var object = GGUFRopeScaling.object("longrope")
      object["long_factor"] = GGUFRopeScaling.array(long)
      object["short_factor"] = GGUFRopeScaling.array(short)
      if let original { object["original_max_position_embeddings"] = .int(original) }
      config = .object(object)
    } else if let factors = try GGUFRopeScaling.factors("rope_freqs", context),
      factors.contains(where: { $0 != 1 })
    {
      let lengths = [8192] + (6...20).map { 1 << $0 }
      config =
        lengths.lazy.compactMap { GGUFRopeScaling.llama3(factors, original: $0, context) }.first
        ?? GGUFRopeScaling.fixed(factors)
    } else if file.value("rope.scaling.type")?.string == "yarn", let factor {
      var object = GGUFRopeScaling.object("yarn")
      object["factor"] = .double(factor)
      if let original { object["original_max_position_embeddings"] = .int(original) }
      for (key, name) in [("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")] {
        if let value = context.double("rope.scaling.\(key)") { object[name] = .double(value) }
      }
      config = .object(object)
    } else if let linear = context.double("rope.scale_linear") ?? GGUFRopeScaling.linear(file, factor),
      linear != 1, linear > 0
    {
      var object = GGUFRopeScaling.object("linear")
      object["factor"] = .double(linear)
      config = .object(object)
    } else {
      config = nil
    }
  }

  private static func linear(_ file: GGUFFile, _ factor: Double?) -> Double? {
    file.value("rope.scaling.type")?.string == "linear" ? factor : nil
  }

  private static func object(_ type: String) -> JSONObject {
    ["rope_type": .string(type), "type": .string(type)]
  }

  private static func array(_ factors: [Float]) -> JSON {
    .array(factors.map { .double(Double($0.description) ?? Double($0)) })
  }

  /// The numbers of a tensor, which some files have once and some in every layer.
  static func factors(_ name: String, _ context: GGUFContext) throws -> [Float]? {
    let names = ["\(name).weight", "blk.0.\(name).weight"]
    guard let tensor = names.lazy.compactMap(context.stored.tensor).first else { return nil }
    guard tensor.shape.elementCount <= 1 << 16 else {
      throw CheckpointError(.malformed, "'\(name)' of \(context.file.name) has the shape \(tensor.shape)")
    }
    var factors = [Float](repeating: 0, count: tensor.shape.elementCount)
    try factors.withUnsafeMutableBufferPointer {
      try tensor.readRows(0..<tensor.shape.rows, into: $0, scratch: ScratchBuffer())
    }
    return factors
  }

  /// Llama 3's rule, if the factors follow it: frequencies of long waves are divided by `factor`, those of short
  /// waves stay, and between 1 and 4 waves in the original context it goes over smoothly.
  private static func llama3(_ factors: [Float], original: Int, _ context: GGUFContext) -> JSON? {
    guard let factor = factors.max(), factor > 1 else { return nil }
    let base = context.double("rope.freq_base") ?? 10000
    for (index, stored) in factors.enumerated() {
      let waves =
        Double(original) / (2 * Double.pi * pow(base, Double(index) / Double(factors.count)))
      let smooth = min(max((waves - 1) / 3, 0), 1)
      let expected = 1 / ((1 - smooth) / Double(factor) + smooth)
      guard abs(Double(stored) - expected) < 1e-3 * expected else { return nil }
    }
    var object = object("llama3")
    object["factor"] = .double(Double(factor))
    object["low_freq_factor"] = 1.0
    object["high_freq_factor"] = 4.0
    object["original_max_position_embeddings"] = .int(original)
    return .object(object)
  }

  /// Factors of another origin: the same for every length, which LongRoPE can say.
  private static func fixed(_ factors: [Float]) -> JSON {
    var object = object("longrope")
    object["long_factor"] = array(factors)
    object["short_factor"] = array(factors)
    object["attention_factor"] = 1.0
    return .object(object)
  }
}
