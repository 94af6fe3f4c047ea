/// The library that an error comes from: a type of its own, so that its codes are no other library's.
public protocol ErrorLibrary: Sendable {
  /// What helps where an error says nothing else.
  static var usualMend: String { get }
  /// What stands between the sentences of an error when it is shown as one text.
  static var separator: String { get }
}

extension ErrorLibrary {
  public static var usualMend: String { "" }
  public static var separator: String { "\n" }
}

/// What kind of fault it is. A library's own codes are static members in an extension, and more may come.
public struct ErrorCode<Library: ErrorLibrary>: RawRepresentable, Sendable, Hashable,
  ExpressibleByStringLiteral, CustomStringConvertible
{
  /// A short name, for logs and scripts.
  public var rawValue: String

  /// Makes a code of its name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Makes a code of its name.
  public init(stringLiteral name: String) { rawValue = name }

  public var description: String { rawValue }
}

/// Why something did not work, in one form for all libraries: a code for programs, sentences for people, and the error
/// that it follows from.
///
/// Sentences name settings as data (`Wording`), so that a program can say how its own users give them.
public struct CodedError<Library: ErrorLibrary>: Error, Sendable, CustomStringConvertible {
  /// The library's codes.
  public typealias Code = ErrorCode<Library>

  /// What kind of fault it is.
  public var code: Code
  /// What happened, and to what: the file, the tensor, the option; what was expected and what was found.
  public var messageWording: Wording
  /// The reason, as far as it is known and not said before.
  public var whyWording: Wording
  /// What to do about it; empty where nothing can be said.
  public var mendWording: Wording
  /// The error below, if this one follows from one.
  public var cause: (any Error)?

  /// Makes an error of `code`.
  ///
  /// - Parameter mend: What to do about it; what usually helps with the library if nil.
  public init(
    _ code: Code, _ message: String, why: String = "", mend: String? = nil, cause: (any Error)? = nil
  ) {
    self.init(
      code, wording: Wording(message), why: Wording(why), mend: Wording(mend ?? Library.usualMend),
      cause: cause)
  }

  /// Makes an error of `code` whose mend names settings.
  public init(
    _ code: Code, _ message: String, why: String = "", advice: Wording, cause: (any Error)? = nil
  ) {
    self.init(code, wording: Wording(message), why: Wording(why), mend: advice, cause: cause)
  }

  /// Makes an error of `code` whose sentences name settings.
  public init(
    _ code: Code, wording message: Wording, why: Wording = "", mend: Wording = "", cause: (any Error)? = nil
  ) {
    self.code = code
    messageWording = message
    whyWording = why
    mendWording = mend
    self.cause = cause
  }

  /// What happened.
  public var message: String {
    get { messageWording.description }
    set { messageWording = Wording(newValue) }
  }
  /// The reason, or empty.
  public var why: String {
    get { whyWording.description }
    set { whyWording = Wording(newValue) }
  }
  /// What to do about it, or empty.
  public var mend: String {
    get { mendWording.description }
    set { mendWording = Wording(newValue) }
  }

  /// All sentences.
  public var description: String { sentences.description }
}

/// An error whose sentences may name settings, whichever library it is of.
public protocol WordedError: Error {
  /// All that it says.
  var sentences: Wording { get }

  /// The same error with settings named as a program's users know them.
  func naming(_ name: (Setting) -> String) -> Self
}

extension CodedError: WordedError {
  public var sentences: Wording {
    let all = [messageWording, whyWording, mendWording].filter { !$0.isEmpty }
    return all.dropFirst().reduce(all.first ?? "") { $0 + Wording(Library.separator) + $1 }
  }

  public func naming(_ name: (Setting) -> String) -> Self {
    CodedError(
      code, wording: Wording(messageWording.text(name)), why: Wording(whyWording.text(name)),
      mend: Wording(mendWording.text(name)), cause: cause)
  }
}

extension CodedError: Hashable {
  /// Whether both say the same; what they follow from does not count.
  public static func == (one: Self, other: Self) -> Bool {
    one.code == other.code && one.messageWording == other.messageWording
      && one.whyWording == other.whyWording && one.mendWording == other.mendWording
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(code)
    hasher.combine(messageWording)
    hasher.combine(mendWording)
  }
}
