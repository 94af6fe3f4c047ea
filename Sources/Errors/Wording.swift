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

  fileprivate var parts: [Part]

  /// A sentence without settings.
  public init(_ text: String) { parts = text.isEmpty ? [] : [.text(text)] }

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
    result.parts += second.parts
    return result
  }
}

extension Wording: ExpressibleByStringInterpolation {
  /// The pieces of a literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [Part] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { parts.append(.text(literal)) }
    }

    /// A value as it describes itself.
    public mutating func appendInterpolation(_ value: some Any) { parts.append(.text("\(value)")) }

    /// The name of a setting.
    public mutating func appendInterpolation(setting: Setting) { parts.append(.setting(setting)) }

    /// Another sentence.
    public mutating func appendInterpolation(_ wording: Wording) { parts += wording.parts }
  }

  public init(stringLiteral text: String) { self.init(text) }

  public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }
}
