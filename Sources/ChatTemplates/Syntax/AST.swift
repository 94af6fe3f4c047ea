/// A constant in a template's text.
enum Literal: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
}

/// An expression and the line it began on.
struct Expression: Sendable {
  var line: Int
  /// Expressions inside one another, counted from the innermost; kept small so that evaluation cannot overflow.
  var height: Int
  var kind: Kind

  indirect enum Kind: Sendable {
    case literal(Literal)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dict([DictEntry])
    case negate(Expression)
    case plus(Expression)
    case not(Expression)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case compare(Expression, [Comparison])
    case concat([Expression])
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(Expression?, Expression?, Expression?)
    case call(Expression, CallArguments)
    case filter(Expression, FilterCall)
    case test(Expression, FilterCall)
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
  }
}

struct DictEntry: Sendable {
  var key: Expression
  var value: Expression
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case notIn = "not in"
}

struct Comparison: Sendable {
  var operation: ComparisonOperator
  var operand: Expression
}

/// The arguments of a call as written: `f(a, b, *rest, c=d, **more)`.
struct CallArguments: Sendable {
  var positional: [Expression] = []
  var keywords: [Keyword] = []
  var spread: Expression?
  var spreadKeywords: Expression?

  struct Keyword: Sendable {
    var name: String
    var value: Expression
  }
}

/// A filter or test by name, with its arguments.
struct FilterCall: Sendable {
  var name: String
  var line: Int
  var arguments: CallArguments
}

/// What can stand left of `=` or between `for` and `in`.
indirect enum Target: Sendable {
  case name(String)
  case attribute(of: String, String)
  case tuple([Target])
}

/// A piece of a template's body.
struct Statement: Sendable {
  var line: Int
  var kind: Kind

  indirect enum Kind: Sendable {
    case text(String)
    case output(Expression)
    case ifElse([Branch], otherwise: [Statement])
    case forLoop(ForLoop)
    case set(Target, Expression)
    case setBlock(Target, filters: [FilterCall], [Statement])
    case macro(MacroDefinition)
    case callBlock(MacroDefinition, call: Expression)
    case filterBlock([FilterCall], [Statement])
    case with([Binding], [Statement])
    /// A body with names of its own: `generation`, `autoescape`.
    case scoped([Statement])
    /// A `block`: sees the names of the template's outermost level only.
    case block([Statement])
    case breakLoop
    case continueLoop
    case unsupported(String)
  }
}

struct Branch: Sendable {
  var test: Expression
  var body: [Statement]
}

struct Binding: Sendable {
  var target: Target
  var value: Expression
}

struct ForLoop: Sendable {
  var target: Target
  var iterable: Expression
  var filter: Expression?
  var isRecursive: Bool
  var body: [Statement]
  var otherwise: [Statement]
}

struct MacroDefinition: Sendable {
  var name: String
  var parameters: [Parameter]
  var body: [Statement]
  /// The special names that the body uses, which decides whether extra arguments are accepted.
  var usesCaller = false
  var usesVarargs = false
  var usesKwargs = false

  struct Parameter: Sendable {
    var name: String
    var defaultValue: Expression?
  }
}
