/// A token of a template and the line it stands on.
struct Token: Sendable {
  var line: Int
  var kind: Kind

  enum Kind: Sendable, Equatable {
    case data(String)
    case variableBegin
    case variableEnd
    case blockBegin
    case blockEnd
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
    case end
  }

  /// The token as an error message names it.
  var text: String {
    switch kind {
    case .data: "text"
    case .variableBegin: "{{"
    case .variableEnd: "}}"
    case .blockBegin: "{%"
    case .blockEnd: "%}"
    case .name(let name): name
    case .string(let text): "'\(text.prefix(40))'"
    case .integer(let value): String(value)
    case .float(let value): String(value)
    case .symbol(let symbol): symbol
    case .end: "end of template"
    }
  }
}
