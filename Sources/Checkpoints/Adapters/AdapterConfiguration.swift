import JSON

/// What PEFT's `adapter_config.json` says about a LoRA adapter.
struct AdapterConfiguration {
  /// The model that it was made for, as far as it says.
  let baseModel: String?
  private let alpha: Double
  private let alphaPattern: [(key: String, alpha: Double)]
  private let usesRootOfRank: Bool
  /// Whether the base stores matrices as [in, out].
  let isTransposed: Bool

  /// Options that change what is computed in a way that no merged matrix expresses, or that is not read here.
  private static let refused: [(key: String, what: String)] = [
    ("use_dora", "DoRA, which also scales the columns of each matrix"),
    ("use_qalora", "QALoRA"), ("lora_bias", "LoRA with biases of its own (lora_bias)"),
    ("trainable_token_indices", "LoRA with single rows of the embedding (trainable_token_indices)"),
    ("target_parameters", "LoRA on parameters that are no layer (target_parameters)"),
    ("alora_invocation_tokens", "activated LoRA, which applies to a part of a text only"),
    ("layer_replication", "LoRA over layers that are used twice (layer_replication)"),
    ("use_bdlora", "block-diagonal LoRA"), ("velora_config", "VeLoRA"),
  ]

  init(_ json: JSON, file: String) throws(CheckpointError) {
    let kind = json["peft_type"]?.string ?? "LORA"
    guard kind == "LORA" else {
      throw AdapterConfiguration.unsupported("an adapter of the kind \(kind)", file)
    }
    for (key, what) in AdapterConfiguration.refused where AdapterConfiguration.isSet(json[key]) {
      throw AdapterConfiguration.unsupported(what, file)
    }
    guard let rank = json["r"]?.int, (1...1 << 16).contains(rank), let alpha = json["lora_alpha"]?.double,
      alpha.isFinite
    else { throw CheckpointError(.malformed, "\(file) has no 'r' and 'lora_alpha' of a LoRA adapter") }
    self.alpha = alpha
    alphaPattern = try (json["alpha_pattern"]?.object ?? [:]).map { member throws(CheckpointError) in
      guard let value = member.value.double, value.isFinite else {
        throw CheckpointError(.malformed, "\(file): 'alpha_pattern' gives '\(member.key)' no number")
      }
      return (try AdapterConfiguration.plain(member.key, file), value)
    }
    usesRootOfRank = json["use_rslora"]?.bool ?? false
    isTransposed = json["fan_in_fan_out"]?.bool ?? false
    baseModel = json["base_model_name_or_path"]?.string
  }

  /// What the product of both matrices is multiplied with before it is added to a module's weight.
  func factor(of module: String, rank: Int) -> Float {
    let own = alphaPattern.first { module == $0.key || module.hasSuffix("." + $0.key) }
    let divisor = usesRootOfRank ? Double(rank).squareRoot() : Double(rank)
    return Float((own?.alpha ?? alpha) / divisor)
  }

  /// Whether an option is set to anything.
  private static func isSet(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null, .bool(false): false
    case .array(let elements): !elements.isEmpty
    case .object(let members): !members.isEmpty
    default: true
    }
  }

  /// The name that a pattern stands for: patterns are regular expressions, but nearly always plain names.
  private static func plain(_ pattern: String, _ file: String) throws(CheckpointError) -> String {
    var name = pattern.hasPrefix("^") ? String(pattern.dropFirst()) : pattern
    name = name.split(separator: "\\.", omittingEmptySubsequences: false).joined(separator: ".")
    guard !name.contains(where: { "\\*+?()[]{}|^$".contains($0) }) else {
      throw unsupported("an 'alpha_pattern' that is no plain name ('\(pattern)')", file)
    }
    return name
  }

  private static func unsupported(_ what: String, _ file: String) -> CheckpointError {
    CheckpointError(
      .unsupported, "\(file) describes \(what), which cannot be merged here",
      mend: "Merge it into its base model with PEFT (merge_and_unload), and bake the result.")
  }
}
