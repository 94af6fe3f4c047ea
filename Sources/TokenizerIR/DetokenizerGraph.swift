import IRFormat
import Tokenization

/// Builds `openvino_detokenizer.xml`: ids in, `string_output` out.
struct DetokenizerGraph {
  private var document = IRBuilder(name: "detokenizer")
  private var ragged: [IRBuilder.Output] = []
  private var strings: [IRBuilder.Output] = []
  private var isFused = false

  static func build(_ vocabulary: LoweredVocabulary) throws(TokenizerIRError) -> IRBuilder {
    var graph = DetokenizerGraph()
    graph.look(up: graph.texts(vocabulary), skipping: vocabulary.added.filter(\.isSpecial))
    if let decoder = vocabulary.definition.decoder {
      try graph.decode(decoder)
    } else {
      graph.stripStart(" ")
    }
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
  private func texts(_ vocabulary: LoweredVocabulary) -> [[UInt8]] {
    let decoder = vocabulary.definition.decoder
    var texts = vocabulary.tokens.map { $0.isEmpty ? [] : Self.piece($0, vocabulary, decoder) }
    for token in vocabulary.added {
      if texts.count <= token.id { texts += [[UInt8]](repeating: [], count: token.id + 1 - texts.count) }
      let content = Array(token.content.utf8)
      // Every decoder but the byte-level one treats added tokens like others.
      texts[token.id] = vocabulary.isByteLevel ? content : Self.piece(content, vocabulary, decoder)
    }
    return texts
  }

  private static func piece(
    _ token: [UInt8], _ vocabulary: LoweredVocabulary, _ decoder: Decoder?
  ) -> [UInt8] {
    switch decoder {
    case .wordPiece(let decoder): decoder.inner(token)
    case .metaspace(let metaspace):
      EnglishCleanup.replace(Array(String(metaspace.replacement).utf8), with: [0x20], in: token)
    case nil: [0x20] + token
    default: vocabulary.bytes(token)
    }
  }

  private mutating func look(up texts: [[UInt8]], skipping special: [AddedToken]) {
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

  private mutating func decode(_ decoder: Decoder, isPart: Bool = false) throws(TokenizerIRError) {
    switch decoder {
    case .byteLevel: break
    case .sequence(let parts): for part in parts { try decode(part, isPart: true) }
    case .replace(let rule):
      guard case .literal(let text) = rule.pattern else {
        throw .unsupported(
          "a decoder that replaces a regular expression has no operation in the tokenizer IR")
      }
      replace(RegexText.quoted(text), by: RegexText.replacement(rule.content))
    case .byteFallback:
      strings = document.add("ByteFallback", [], strings, [(.i32, 1), (.i32, 1), (.u8, 1)])
    case .fuse: fuse()
    case .strip(let rule): try strip(rule)
    case .metaspace(let metaspace):
      // Alone it is done in the vocabulary.
      if isPart { replace(RegexText.quoted(String(metaspace.replacement)), by: " ") }
      if metaspace.prependScheme != .never { stripStart(" ") }
    case .wordPiece:
      if isPart {
        throw .unsupported("a WordPiece decoder inside of a sequence has no operation in the tokenizer IR")
      }
      stripStart(" ")
    case .suffix: throw .unsupported("the decoder BPEDecoder has no operation in the tokenizer IR")
    case .ctc: throw .unsupported("the decoder CTC has no operation in the tokenizer IR")
    }
  }

  private mutating func strip(_ rule: StripDecoder) throws(TokenizerIRError) {
    guard isFused else {
      throw .unsupported("a decoder that strips single tokens has no operation in the tokenizer IR")
    }
    let content = RegexText.quoted(String(rule.content))
    // PCRE2 counts no further than 65535.
    let (start, stop) = (min(rule.start, 65_535), min(rule.stop, 65_535))
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
