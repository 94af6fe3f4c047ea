import Generation

/// What can be changed while a chat goes on: how answers are generated, and how they are shown.
package struct ChatSettings {
  /// What the user asks for on top of the model's defaults.
  package private(set) var options: GenerationOptions
  package private(set) var isRaw: Bool
  package private(set) var hidesThinking: Bool

  /// Begins with what the command line says.
  package init(_ options: GenerationOptions, isRaw: Bool = false, hidesThinking: Bool = false) {
    self.options = options
    self.isRaw = isRaw
    self.hidesThinking = hidesThinking
  }

  /// Why a setting stays as it was.
  package struct Mistake: Error, Equatable {
    package let message: String
  }

  private enum Kind {
    case integer(WritableKeyPath<GenerationOptions, Int?>)
    case number(WritableKeyPath<GenerationOptions, Double?>)
    case seed
    case stop
    case raw
    case thinking
  }

  // Computed: key paths are no values that threads may share.
  private static var kinds: [(name: String, kind: Kind)] {
    [
      ("temperature", .number(\.temperature)), ("top_p", .number(\.topP)), ("top_k", .integer(\.topK)),
      ("min_p", .number(\.minP)), ("typical_p", .number(\.typicalP)),
      ("repetition_penalty", .number(\.repetitionPenalty)),
      ("presence_penalty", .number(\.presencePenalty)), ("frequency_penalty", .number(\.frequencyPenalty)),
      ("max_new_tokens", .integer(\.maxNewTokens)), ("min_new_tokens", .integer(\.minNewTokens)),
      ("seed", .seed), ("stop", .stop), ("thinking", .thinking), ("raw", .raw),
    ]
  }

  /// The names of all settings.
  package static var names: [String] { kinds.map(\.name) }

  /// Changes a setting; `-` makes it what it usually is.
  ///
  /// - Parameter defaults: what the model's files say, for what must fit together.
  package mutating func set(
    _ name: String, to value: String, defaults: GenerationOptions = .init()
  ) throws(Mistake) {
    let plain = name.replacing("-", with: "_").lowercased()
    guard let kind = Self.kinds.first(where: { $0.name == plain })?.kind else {
      let near = Spelling.nearest(to: plain, in: Self.names).map { "did you mean \($0)?" }
      throw Mistake(message: "there is no setting \(name); " + (near ?? "/set lists them"))
    }
    let isUsual = value == "-"
    var changed = self
    switch kind {
    case .number(let path):
      guard isUsual || Double(value) != nil else {
        throw Mistake(message: "\(plain) is a number, not \(value)")
      }
      changed.options[keyPath: path] = Double(value)
    case .integer(let path):
      guard isUsual || Int(value) != nil else {
        throw Mistake(message: "\(plain) is a whole number, not \(value)")
      }
      changed.options[keyPath: path] = Int(value)
    case .seed:
      guard isUsual || UInt64(value) != nil else {
        throw Mistake(message: "seed is a number from 0, not \(value)")
      }
      changed.options.seed = UInt64(value)
    case .stop: changed.options.stopStrings = isUsual ? nil : [value]
    case .raw: changed.isRaw = try Self.isOn(plain, value, ["on", "off"])
    case .thinking: changed.hidesThinking = try !Self.isOn(plain, value, ["show", "hide"])
    }
    do {
      _ = try GenerationConfig(defaults.merged(with: changed.options))
    } catch {
      throw Mistake(message: "\(error.message): \(error.mend)")
    }
    self = changed
  }

  private static func isOn(_ name: String, _ value: String, _ words: [String]) throws(Mistake) -> Bool {
    if value == "-" { return name == "thinking" }
    guard words.contains(value) else {
      throw Mistake(message: "\(name) is \(words.joined(separator: " or "))")
    }
    return value == words[0]
  }

  /// A line a setting: what it is, and who says so.
  package func lines(defaults: GenerationOptions) -> [String] {
    let merged = defaults.merged(with: options)
    var table = Table([.left, .left, .left])
    for (name, kind) in Self.kinds {
      let (value, isOwn): (String, Bool) =
        switch kind {
        case .number(let path): (merged[keyPath: path].map { "\($0)" } ?? "–", options[keyPath: path] != nil)
        case .integer(let path): (merged[keyPath: path].map { "\($0)" } ?? "–", options[keyPath: path] != nil)
        case .seed: (options.seed.map { "\($0)" } ?? "–", options.seed != nil)
        case .stop: (merged.stopStrings?.joined(separator: " | ") ?? "–", options.stopStrings != nil)
        case .raw: (isRaw ? "on" : "off", true)
        case .thinking: (hidesThinking ? "hide" : "show", true)
        }
      table.add(name, value, isOwn ? "" : value == "–" ? "" : "the model's")
    }
    return table.lines
  }
}
