import JSON

/// Builds `openvino_detokenizer.xml`: ids in, `string_output` out.
struct DetokenizerGraph {
  private var document = IRDocument(name: "detokenizer")
  private var ragged: [IRDocument.Output] = []
  private var strings: [IRDocument.Output] = []
  private var isFused = false

  static func build(_ tokenizer: TokenizerDescription) throws(TokenizerIRError) -> IRDocument {
    var graph = DetokenizerGraph()
    let decoder = tokenizer.json["decoder"] ?? .null
    graph.look(up: try graph.vocabulary(tokenizer, decoder), skipping: tokenizer.added.filter(\.isSpecial))
    try graph.decode(decoder, tokenizer)
    graph.fuse()
    let valid = graph.document.add(
      "UTF8Validate", [("replace_mode", "true")], graph.strings, [(.i32, 1), (.i32, 1), (.u8, 1)])
    let packed = graph.document.one(
      "StringTensorPack", version: "opset15", [("mode", "begins_ends")], valid, (.string, 1),
      names: ["string_output"])
    _ = graph.document.add("Result", version: "opset1", [], [packed], [], names: ["string_output"])
    return graph.document
  }

  /// What each id stands for before tokens are joined.
  private func vocabulary(
    _ tokenizer: TokenizerDescription, _ decoder: JSON
  ) throws(TokenizerIRError) -> [[UInt8]] {
    var texts: [[UInt8]] = try tokenizer.tokens.map { token throws(TokenizerIRError) in
      token.map { Self.piece($0, tokenizer, decoder) } ?? []
    }
    for token in tokenizer.added {
      while texts.count <= token.id { texts.append([]) }
      // Every decoder but the byte-level one treats added tokens like others.
      texts[token.id] =
        tokenizer.isByteLevel ? Array(token.content.utf8) : Self.piece(token.content, tokenizer, decoder)
    }
    return texts
  }

  private static func piece(_ token: String, _ tokenizer: TokenizerDescription, _ decoder: JSON) -> [UInt8] {
    switch decoder["type"]?.string {
    case "WordPiece": return Array(WordPieceText.piece(token, decoder).utf8)
    case "Metaspace":
      let mark = decoder["replacement"]?.string ?? "▁"
      return Array(token.replacing(mark, with: " ").utf8)
    case "ByteLevel": return ByteAlphabet.bytes(token)
    case nil: return Array((" " + token).utf8)
    default: return tokenizer.bytes(token)
    }
  }

  private mutating func look(up texts: [[UInt8]], skipping special: [TokenizerDescription.AddedToken]) {
    let input = document.one(
      "Parameter", version: "opset1", [("shape", "?,?"), ("element_type", "i64")], [], (.i64, 2),
      names: ["ids"])
    let ids = document.one("Convert", version: "opset1", [("destination_type", "i32")], [input], (.i32, 2))
    let table = document.strings(texts)
    let skipped = document.integers(special.map(\.id))
    let outputs = document.add(
      "VocabDecoder", [("skip_tokens", "")], [ids] + table + [skipped],
      [(.i32, 1), (.i32, 1), (.i32, 1), (.i32, 1), (.u8, 1)])
    ragged = Array(outputs[0..<2])
    strings = Array(outputs[2..<5])
  }

  private mutating func decode(
    _ json: JSON, _ tokenizer: TokenizerDescription, isPart: Bool = false
  ) throws(TokenizerIRError) {
    switch json["type"]?.string {
    case nil, "ByteLevel": if json["type"] == nil { stripStart(" ") }
    case "Sequence":
      for part in json["decoders"]?.array ?? [] { try decode(part, tokenizer, isPart: true) }
    case "Replace":
      guard let text = json["pattern"]?["String"]?.string else {
        throw .unsupported(
          "a decoder that replaces a regular expression has no operation in the tokenizer IR")
      }
      replace(RegexText.quoted(text), by: RegexText.replacement(json["content"]?.string ?? ""))
    case "ByteFallback":
      strings = document.add("ByteFallback", [], strings, [(.i32, 1), (.i32, 1), (.u8, 1)])
    case "Fuse": fuse()
    case "Strip": try strip(json)
    case "Metaspace":
      // Alone it is done in the vocabulary.
      if isPart { replace(RegexText.quoted(json["replacement"]?.string ?? "▁"), by: " ") }
      let scheme =
        json["prepend_scheme"]?.string ?? (json["add_prefix_space"]?.bool ?? true ? "always" : "never")
      if scheme != "never" { stripStart(" ") }
    case "WordPiece":
      if isPart {
        throw .unsupported("a WordPiece decoder inside of a sequence has no operation in the tokenizer IR")
      }
      stripStart(" ")
    case .some(let type): throw .unsupported("the decoder \(type) has no operation in the tokenizer IR")
    }
  }

  private mutating func strip(_ json: JSON) throws(TokenizerIRError) {
    guard isFused else {
      throw .unsupported("a decoder that strips single tokens has no operation in the tokenizer IR")
    }
    let content = RegexText.quoted(json["content"]?.string ?? " ")
    let (start, stop) = (json["start"]?.int ?? 0, json["stop"]?.int ?? 0)
    if start > 0 { replace("^(?:\(content)){1,\(start)}", by: "") }
    if stop > 0 { replace("(?:\(content)){1,\(stop)}\\z", by: "") }
  }

  /// Takes one `text` from the beginning of the whole.
  private mutating func stripStart(_ text: String) {
    fuse()
    replace("^" + text, by: "")
  }

  private mutating func replace(_ search: String, by replacement: String) {
    strings = document.add(
      "RegexNormalization", [("global_replace", "true")],
      strings + [document.text(search), document.text(replacement)], [(.i32, 1), (.i32, 1), (.u8, 1)])
  }

  /// Joins the tokens of each row.
  private mutating func fuse() {
    if isFused { return }
    isFused = true
    let joined = document.add("FuzeRagged", [], ragged + Array(strings[0..<2]), [(.i32, 1), (.i32, 1)])
    strings = joined + [strings[2]]
  }
}

/// What the WordPiece decoder makes of a token that is not the first.
enum WordPieceText {
  private static let cleanups = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  static func piece(_ token: String, _ decoder: JSON) -> String {
    let prefix = decoder["prefix"]?.string ?? "##"
    let scalars = token.unicodeScalars
    var text =
      scalars.starts(with: prefix.unicodeScalars)
      ? String(String.UnicodeScalarView(scalars.dropFirst(prefix.unicodeScalars.count))) : " " + token
    if decoder["cleanup"]?.bool ?? true {
      for (from, to) in cleanups { text.replace(from, with: to) }
    }
    return text
  }
}
