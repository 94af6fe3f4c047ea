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
    case option(GenerationOption)
    case raw
    case thinking
  }

  /// Those that shape the draw, those that end an answer, and those of the screen.
  private static let kinds: [(name: String, kind: Kind)] = {
    let options = GenerationOption.all.filter { $0.help != nil && !$0.isOfOneToken }
    let (draw, rest) = (options.filter(\.isOfDraw), options.filter { !$0.isOfDraw })
    return (draw + rest).map { ($0.userName, .option($0)) } + [("thinking", .thinking), ("raw", .raw)]
  }()

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
    case .option(let option):
      switch option.value {
      case .number(let path, _, _):
        guard isUsual || Double(value) != nil else {
          throw Mistake(message: "\(plain) is a number, not \(value)")
        }
        changed.options[keyPath: path] = Double(value)
      case .integer(let path, _, _):
        guard isUsual || Int(value) != nil else {
          throw Mistake(message: "\(plain) is a whole number, not \(value)")
        }
        changed.options[keyPath: path] = Int(value)
      case .seed(let path):
        guard isUsual || UInt64(value) != nil else {
          throw Mistake(message: "\(plain) is a number from 0, not \(value)")
        }
        changed.options[keyPath: path] = UInt64(value)
      case .texts(let path): changed.options[keyPath: path] = isUsual ? nil : [value]
      case .flag, .biases, .tokens: break
      }
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
        case .option(let option):
          (option.value.text(of: merged) ?? "–", option.value.isGiven(in: options))
        case .raw: (isRaw ? "on" : "off", true)
        case .thinking: (hidesThinking ? "hide" : "show", true)
        }
      table.add(name, value, isOwn ? "" : value == "–" ? "" : "the model's")
    }
    return table.lines
  }
}

extension GenerationOption {
  /// Whether it says how tokens are drawn, and not how long an answer is.
  fileprivate var isOfDraw: Bool {
    switch value {
    case .number: true
    case .integer: asksToSample
    default: false
    }
  }

  /// Whether it is about single tokens, which nobody changes in a chat.
  fileprivate var isOfOneToken: Bool {
    switch value {
    case .biases, .tokens, .flag: true
    default: false
    }
  }
}

extension GenerationOption.Value {
  /// What some options have, for people.
  fileprivate func text(of options: GenerationOptions) -> String? {
    switch self {
    case .number(let path, _, _): options[keyPath: path].map { "\($0)" }
    case .integer(let path, _, _): options[keyPath: path].map { "\($0)" }
    case .seed(let path): options[keyPath: path].map { "\($0)" }
    case .texts(let path): options[keyPath: path]?.joined(separator: " | ")
    case .flag, .biases, .tokens: nil
    }
  }
}
