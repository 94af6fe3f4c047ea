/// The lexemes of JSON. Blanks and digits are bounded, so that a model cannot write them for ever.
struct JSONLexemes {
  typealias Language = LanguageTable.ID

  /// Blanks between two marks at most.
  private static let mostBlanks = 40

  private let table: LanguageTable
  /// Blanks, or none.
  let blanks: Language
  let openObject, closeObject, openArray, closeArray, emptyArray, comma, colon: Language

  init(_ table: LanguageTable) {
    self.table = table
    let blanks = table.repetition(table.bytes(ByteSet(Array(" \t\n\r".utf8))), 0, Self.mostBlanks)
    self.blanks = blanks
    openObject = table.sequence(table.literal("{"), blanks)
    closeObject = table.sequence(blanks, table.literal("}"))
    openArray = table.sequence(table.literal("["), blanks)
    closeArray = table.sequence(blanks, table.literal("]"))
    emptyArray = table.sequence(openArray, table.literal("]"))
    comma = table.sequence([blanks, table.literal(","), blanks])
    colon = table.sequence([blanks, table.literal(":"), blanks])
  }

  /// A string in quotes whose text is written in `CharacterEncoding.json`.
  func quoted(_ text: Language) -> Language {
    table.sequence([table.literal("\""), text, table.literal("\"")])
  }

  /// Any string, with every well-formed escape.
  var anyString: Language {
    let hex = table.bytes(ByteSet(Array("0123456789abcdefABCDEF".utf8)))
    func digit(_ digits: String) -> Language { table.bytes(ByteSet(Array(digits.utf8))) }
    let scalar = table.union([
      table.sequence([digit("0123456789abcefABCEF"), hex, hex, hex]),
      table.sequence([digit("dD"), digit("01234567"), hex, hex]),
    ])
    let high = table.sequence([digit("dD"), digit("89abAB"), hex, hex])
    let low = table.sequence([digit("dD"), digit("cdefCDEF"), hex, hex])
    let unicode = table.union(scalar, table.sequence([high, table.literal("\\u"), low]))
    let short = digit("\"\\/bfnrt")
    let escape = table.sequence(
      table.literal("\\"), table.union(short, table.sequence(table.literal("u"), unicode)))
    return quoted(table.many(table.union(table.character(.all, .json), escape)))
  }
}
