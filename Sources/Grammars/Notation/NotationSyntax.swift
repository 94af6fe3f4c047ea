/// A parsed grammar, in whichever notation it was written.
struct NotationSyntax {
  /// What a rule is made of.
  indirect enum Term {
    case literal(String, ignoresCase: Bool)
    /// A regular expression between slashes.
    case expression(String)
    /// An expression of one character, in brackets or a dot.
    case characters(String)
    case name(String)
    case sequence([Term])
    case choice([Term])
    case repetition(Term, min: Int, max: Int?)
    /// JSON that a schema accepts.
    case schema(String)
    /// A control token by its text.
    case special(String)
  }

  /// The rules by name, in order.
  var rules: [(name: String, term: Term, line: Int)] = []
  /// What may stand between any two terminals.
  var ignored: [Term] = []
  /// The rule that a text is.
  var start = ""

  /// Reads a grammar: GBNF where a rule is defined by `::=`, Lark's notation otherwise.
  static func parse(_ text: String) throws(GrammarError) -> NotationSyntax {
    var parser = NotationParser(text)
    return try parser.grammar()
  }
}
