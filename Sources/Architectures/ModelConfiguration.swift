import Graph
import JSON

/// What `config.json` says, in the terms of this program.
///
/// Old and new spellings are read: `rope_scaling` and `rope_parameters`, `n_embd` and `hidden_size`, and defaults
/// are filled in where transformers fills them in. Keys that only one family has are read by that family.
package struct ModelConfiguration: Sendable {
  /// The whole file, with transformers' defaults for the keys that it leaves out.
  package let json: JSON
  /// The family (`model_type`).
  package let modelType: String
  /// The size of a token's state (`hidden_size`).
  package let hiddenSize: Int
  /// How many layers there are (`num_hidden_layers`).
  package let layerCount: Int
  /// Query heads of a layer (`num_attention_heads`).
  package let headCount: Int
  /// Key and value heads of a layer (`num_key_value_heads`).
  package var keyValueHeadCount: Int
  /// The size of a head (`head_dim`).
  package var headDimension: Int
  /// How many tokens there are (`vocab_size`).
  package let vocabularySize: Int
  /// The longest text the model was made for (`max_position_embeddings`).
  package let maximumLength: Int

  /// Reads the keys that all families have.
  /// - Parameter defaults: the values of keys that the file does not have. Rotary parameters under their old name count.
  /// - Throws: `ArchitectureError` of code `badConfiguration` for a missing key or impossible sizes.
  package init(_ file: JSON, defaults: JSONObject = [:]) throws {
    let json = TransformersDefaults.completed(file.filledUp(with: defaults))
    let keys = ConfigurationKeys(json)
    self.json = json
    modelType = json["model_type"]?.string ?? ""
    hiddenSize = try keys.size("hidden_size", "n_embd", "d_model")
    layerCount =
      try keys.listedLayerCount
      ?? keys.size("num_hidden_layers", "n_layer", "num_layers", "n_layers", atMost: 10_000)
    headCount = try keys.size("num_attention_heads", "n_head", "num_heads", "n_heads", "attention_heads")
    keyValueHeadCount = try keys.optionalSize("num_key_value_heads") ?? headCount
    headDimension = try keys.optionalSize("head_dim") ?? hiddenSize / headCount
    vocabularySize = try keys.size("vocab_size", "padded_vocab_size", atMost: 1 << 28)
    maximumLength =
      try keys.optionalSize("max_position_embeddings", "n_positions", "max_seq_len", "seq_length") ?? 2048
    guard headCount % keyValueHeadCount == 0, headDimension > 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json has \(headCount) attention heads, which do not share \(keyValueHeadCount) key-value heads"
      )
    }
    if keys.value("head_dim") == nil, hiddenSize % headCount != 0 {
      throw ArchitectureError(
        .badConfiguration, "config.json: hidden_size \(hiddenSize) does not divide by \(headCount) heads")
    }
  }

  /// The keys by name, for families.
  package var keys: ConfigurationKeys { ConfigurationKeys(json) }
}

extension JSON {
  /// The object with members that it does not have. Rotary parameters are there under their old name too, and `null` is
  /// none.
  fileprivate func filledUp(with defaults: JSONObject) -> JSON {
    guard var members = object, !defaults.isEmpty else { return self }
    func has(_ name: String) -> Bool { members[name].map { !$0.isNull } ?? false }
    for (name, value) in defaults {
      let isThere =
        name == "rope_parameters" ? has(name) || has("rope_scaling") : members[name] != nil
      if !isThere { members[name] = value }
    }
    return .object(members)
  }
}

/// Typed access to keys of `config.json`. A key that is `null` counts as missing.
package struct ConfigurationKeys: Sendable {
  private let json: JSON

  init(_ json: JSON) { self.json = json }

  /// The value of the first of these keys that is there.
  package func value(_ names: String...) -> JSON? { find(names) }

  /// A size: a positive integer.
  package func size(_ names: String..., atMost limit: Int = 1 << 24) throws -> Int {
    guard let size = try positive(names, limit) else {
      throw ArchitectureError(.badConfiguration, "config.json has no '\(names[0])'")
    }
    return size
  }

  /// A size, nil where the key is missing.
  package func optionalSize(_ names: String..., atMost limit: Int = 1 << 30) throws -> Int? {
    try positive(names, limit)
  }

  /// A count, which may be 0, nil where the key is missing.
  package func optionalCount(_ name: String, atMost limit: Int = 1 << 30) throws -> Int? {
    guard let value = find([name]) else { return nil }
    guard let count = value.int, (0...limit).contains(count) else {
      throw wrong(name, value, "an integer from 0 to \(limit)")
    }
    return count
  }

  /// A number, or `fallback` where the key is missing.
  package func number(_ name: String, or fallback: Double) throws -> Double {
    guard let value = find([name]) else { return fallback }
    guard let number = value.double, number.isFinite else { throw wrong(name, value, "a number") }
    return number
  }

  /// A number, nil where the key is missing.
  package func optionalNumber(_ name: String) throws -> Double? {
    find([name]) == nil ? nil : try number(name, or: 0)
  }

  /// A truth value, or `fallback` where the key is missing.
  package func flag(_ name: String, or fallback: Bool) throws -> Bool {
    try optionalFlag(name) ?? fallback
  }

  /// A truth value, nil where the key is missing.
  package func optionalFlag(_ name: String) throws -> Bool? {
    guard let value = find([name]) else { return nil }
    guard let flag = value.bool else { throw wrong(name, value, "true or false") }
    return flag
  }

  /// Text, or `fallback` where the key is missing.
  package func text(_ names: String..., or fallback: String) throws -> String {
    guard let value = find(names) else { return fallback }
    guard let text = value.string else { throw wrong(names[0], value, "text") }
    return text
  }

  /// A list of numbers, nil where the key is missing.
  package func numbers(_ name: String) throws -> [Double]? {
    guard let value = find([name]) else { return nil }
    let numbers = value.array?.compactMap(\.double)
    guard let numbers, numbers.count == value.array?.count else {
      throw wrong(name, value, "a list of numbers")
    }
    return numbers
  }

  /// Throws unless the key is missing or has the value that this program supports.
  package func require(_ name: String, _ supported: JSON, because reason: String) throws {
    guard let value = find([name]), value != supported else { return }
    throw ArchitectureError(.unsupported, "config.json: '\(name)' is \(value.serialized()), but \(reason)")
  }

  /// How many layers `layers_block_type` lists in a file that does not count them.
  fileprivate var listedLayerCount: Int? {
    guard find(["num_hidden_layers"]) == nil, let listed = find(["layers_block_type"])?.array else {
      return nil
    }
    return (1...10_000).contains(listed.count) ? listed.count : nil
  }

  private func find(_ names: [String]) -> JSON? {
    for name in names {
      if let value = json[name], !value.isNull { return value }
    }
    return nil
  }

  private func positive(_ names: [String], _ limit: Int) throws -> Int? {
    guard let value = find(names) else { return nil }
    guard let size = value.int, size > 0, size <= limit else {
      throw wrong(names[0], value, "an integer from 1 to \(limit)")
    }
    return size
  }

  private func wrong(_ name: String, _ value: JSON, _ expected: String) -> ArchitectureError {
    ArchitectureError(
      .badConfiguration, "config.json: '\(name)' should be \(expected), not \(value.serialized())")
  }
}
