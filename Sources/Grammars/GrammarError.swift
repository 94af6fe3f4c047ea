/// Why a constraint cannot be enforced.
package struct GrammarError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The keyword of a schema, or the construct of an expression or a grammar, that is at fault.
  package var keyword: String
  /// Where it stands: a JSON pointer into a schema, or a line and column of a text.
  package var path: String
  /// A sentence for people: what, why, and what would do.
  package var message: String

  /// An error.
  package init(_ keyword: String, at path: String, _ message: String) {
    self.keyword = keyword
    self.path = path
    self.message = message
  }

  package var description: String { path.isEmpty ? message : "\(message) (at \(path))" }
}
