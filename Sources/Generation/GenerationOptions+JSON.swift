import JSON

extension GenerationOptions {
  /// What `generation_config.json` says, with the end tokens that `config.json` names besides.
  ///
  /// Names and meaning are those of transformers' `GenerationConfig`. `max_length` counts the prompt too and is
  /// therefore no limit for answers; it is left out. A value of `null` is a value that is not given.
  /// - Throws: `GenerationError` naming an entry that has the wrong type.
  package init(generationConfig: JSON?, modelConfig: JSON? = nil) throws(GenerationError) {
    self.init()
    let file = OptionReader(generationConfig ?? .object([:]), of: "generation_config.json")
    for option in GenerationOption.all where option.isInFiles {
      switch option.value {
      case .flag(let path): self[keyPath: path] = try file.bool(option.name)
      case .number(let path, _, _): self[keyPath: path] = try file.number(option.name)
      case .integer(let path, _, _): self[keyPath: path] = try file.integer(option.name)
      case .texts(let path): self[keyPath: path] = try file.strings(option.name)
      case .seed, .biases, .tokens: break
      }
    }
    // -1 is how some tools write "all".
    topK = topK.map { max(0, $0) }
    // Models with pictures keep the text model's settings one level deeper.
    let model = OptionReader(modelConfig ?? .object([:]), of: "config.json")
    let text = OptionReader(modelConfig?["text_config"] ?? .object([:]), of: "config.json's text_config")
    for reader in [file, model, text] {
      // A token that any of them names ends an answer: files that were made by hand or by a conversion often leave
      // some out, and none names a token that a model goes on after.
      guard let named = try reader.integers("eos_token_id") else { continue }
      // -1 is how some tools write that there is none.
      let known = eosTokenIDs ?? []
      let all = known + named.filter { $0 >= 0 && !known.contains($0) }
      eosTokenIDs = all.isEmpty ? nil : all
    }
    if let suppressed = try file.integers("suppress_tokens"), !suppressed.isEmpty {
      logitBias = Dictionary(
        suppressed.map { ($0, -Double.infinity) }, uniquingKeysWith: { first, _ in first })
    }
  }
}

/// Reads entries of a file and names those of the wrong type.
private struct OptionReader {
  let json: JSON

  let file: String

  init(_ json: JSON, of file: String) {
    self.json = json
    self.file = file
  }

  private func value<Value>(_ name: String, _ type: String, _ read: (JSON) -> Value?) throws(GenerationError)
    -> Value?
  {
    guard let entry = json[name], !entry.isNull else { return nil }
    guard let value = read(entry) else {
      throw GenerationError(
        .badFile, "\(name) in the model's \(file) is \(entry.serialized().prefix(60)), not \(type)",
        mend: "mend the file, or fetch it again")
    }
    return value
  }

  func bool(_ name: String) throws(GenerationError) -> Bool? { try value(name, "true or false", \.bool) }

  func number(_ name: String) throws(GenerationError) -> Double? { try value(name, "a number", \.double) }

  func integer(_ name: String) throws(GenerationError) -> Int? { try value(name, "an integer", \.int) }

  /// One integer or a list of them.
  func integers(_ name: String) throws(GenerationError) -> [Int]? {
    try value(name, "an integer or a list of integers") { entry in
      if let single = entry.int { return [single] }
      let all = entry.array?.map(\.int)
      return all.flatMap { $0.contains(nil) ? nil : $0.compactMap { $0 } }
    }
  }

  /// One text or a list of them.
  func strings(_ name: String) throws(GenerationError) -> [String]? {
    try value(name, "a text or a list of texts") { entry in
      if let single = entry.string { return [single] }
      let all = entry.array?.map(\.string)
      return all.flatMap { $0.contains(nil) ? nil : $0.compactMap { $0 } }
    }
  }
}
