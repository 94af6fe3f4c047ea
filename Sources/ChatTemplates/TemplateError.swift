/// Why a chat template could not be read or rendered, and on which line of it.
package struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is. The names follow the exceptions of the reference engine (Jinja2 in Python).
  package enum Code: String, Sendable {
    /// The template's text is no valid template.
    case syntax = "TemplateSyntaxError"
    /// A filter or test that does not exist was about to run.
    case missingFilter = "TemplateRuntimeError"
    /// Something was asked of a variable, attribute or element that does not exist.
    case undefined = "UndefinedError"
    /// An operation on values of the wrong type.
    case type = "TypeError"
    /// A value of the right type that makes no sense there.
    case value = "ValueError"
    /// An index or key that does not exist, where that is an error.
    case lookup = "LookupError"
    /// A division by zero.
    case division = "ZeroDivisionError"
    /// The template tried what the sandbox forbids, such as changing a list of the caller.
    case security = "SecurityError"
    /// The template itself refused the conversation with `raise_exception`.
    case raised = "TemplateError"
    /// Too many steps, too much text or too deep.
    case limit = "LimitError"
    /// A feature of Jinja that a chat template cannot use, such as `include`.
    case unsupported = "UnsupportedError"
    /// A file with templates that cannot be read.
    case file = "FileError"
  }

  /// What kind of fault it is.
  package var code: Code
  /// The line of the template, from 1; 0 where the fault has no place in a template.
  package var line: Int
  /// A sentence for people, without the line.
  package var message: String
  /// What to do about it, where there is something.
  package var mend: String?

  /// Makes an error of `code` on `line`.
  package init(_ code: Code, line: Int = 0, _ message: String, mend: String? = nil) {
    self.code = code
    self.line = line
    self.message = message
    self.mend = mend
  }

  package var description: String {
    let place = line > 0 ? "line \(line) of the template: " : ""
    return code == .raised ? "\(place)\(message)" : "\(place)\(code.rawValue): \(message)"
  }
}
