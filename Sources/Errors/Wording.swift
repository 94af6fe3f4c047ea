/// A setting of a library by its name there, `BakeOptions.output`. Programs know it by names of their own.
public struct Setting: Sendable, Hashable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// Its name in the library.
  public let name: String

  /// Names a setting.
  public init(stringLiteral name: String) { self.name = name }

  public var description: String { name }
}

/// A sentence that may name settings: `"choose another folder with \(setting: .output)"`.
public struct Wording: Sendable, Hashable, Codable, CustomStringConvertible {
  fileprivate enum Part: Sendable, Hashable, Codable {
    case text(String)
    case setting(Setting)
  }

  fileprivate var parts: [Part] = []

  /// A sentence without settings.
  public init(_ text: String) { append(.text(text)) }

  /// What an error says.
  public init(describing error: any Error) {
    self = (error as? any WordedError)?.sentences ?? Wording("\(error)")
  }

  /// Texts that follow each other are one, so that equal sentences are equal however they were put together.
  fileprivate mutating func append(_ part: Part) {
    switch (parts.last, part) {
    case (_, .text("")): break
    case (.text(let first), .text(let second)): parts[parts.count - 1] = .text(first + second)
    default: parts.append(part)
    }
  }

  /// Whether there is nothing to say.
  public var isEmpty: Bool { parts.isEmpty }

  /// The sentence as a program says it.
  ///
  /// - Parameter name: How its users know a setting.
  public func text(_ name: (Setting) -> String) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .setting(let setting): name(setting)
      }
    }.joined()
  }

  /// The sentence with the library's own names.
  public var description: String { text(\.name) }

  /// One sentence after the other.
  public static func + (first: Wording, second: Wording) -> Wording {
    var result = first
    for part in second.parts { result.append(part) }
    return result
  }
}

extension Wording: ExpressibleByStringInterpolation {
  /// The pieces of a literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var wording = Wording("")

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { wording.append(.text(literal)) }

    /// A value as it describes itself.
    public mutating func appendInterpolation(_ value: some Any) { wording.append(.text("\(value)")) }

    /// The name of a setting.
    public mutating func appendInterpolation(setting: Setting) { wording.append(.setting(setting)) }

    /// Another sentence.
    public mutating func appendInterpolation(_ other: Wording) { wording = wording + other }
  }

  public init(stringLiteral text: String) { self.init(text) }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.wording }
}
