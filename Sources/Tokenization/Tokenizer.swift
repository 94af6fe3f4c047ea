import JSON

/// Text to ids and back, exactly as the `tokenizer.json` of a model says.
///
/// A value is cheap to copy, and may be used from many threads at once.
public struct Tokenizer: Sendable {
  let storage: TokenizerStorage

  /// Reads the bytes of a `tokenizer.json`.
  /// - Parameters:
  ///   - tokenizerJSONBytes: the file.
  ///   - sidecars: the files beside it, which may add tokens.
  /// - Throws: `TokenizerError` that names the component or member at fault.
  public init(
    contentsOf tokenizerJSONBytes: [UInt8], beside sidecars: TokenizerSidecars = .init()
  ) throws(TokenizerError) {
    let file = try TokenizerFile(tokenizerJSONBytes)
    storage = TokenizerStorage(try TokenizerDefinition(file.json, file.tables, beside: sidecars))
  }

  /// Reads a `tokenizer.json` that is JSON already.
  /// - Parameters:
  ///   - json: the file.
  ///   - sidecars: the files beside it, which may add tokens.
  /// - Throws: `TokenizerError` that names the component or member at fault.
  public init(json: JSON, beside sidecars: TokenizerSidecars = .init()) throws(TokenizerError) {
    storage = TokenizerStorage(try TokenizerDefinition(json, nil, beside: sidecars))
  }

  /// The components.
  package var definition: TokenizerDefinition { storage.definition }

  /// The ids of a text, with the tokens that the model expects around it unless told otherwise.
  public func encode(_ text: String, addSpecialTokens: Bool = true) -> [Int] {
    var text = text
    let ids = text.withUTF8 { storage.encode($0, recordsPieces: false).ids }
    return addSpecialTokens ? storage.frame(ids) : ids
  }

  /// The tokens of a text with their places in it, in the order of the ids. No special tokens are added.
  public func pieces(of text: String) -> [TokenPiece] {
    var text = text
    return text.withUTF8 { storage.encode($0, recordsPieces: true).pieces }
  }

  /// The text of a sequence of ids. Ids that the vocabulary does not have are ignored.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool = true) -> String {
    var stream = makeStream(skipSpecialTokens: skipSpecialTokens)
    var text: [UInt8] = []
    for id in ids { text += stream.bytes(appending: id) }
    text += stream.finishBytes()
    return String(decoding: text, as: UTF8.self)
  }

  /// A stream that decodes ids one by one.
  ///
  /// The ids of `prompt` count as read before: the text goes on after them, and they are not part of it.
  public func makeStream(skipSpecialTokens: Bool = true, prompt: [Int] = []) -> DecodeStream {
    DecodeStream(self, skipsSpecialTokens: skipSpecialTokens, prompt: prompt)
  }

  /// The token with an id as the vocabulary writes it, nil where there is none.
  public func token(of id: Int) -> String? {
    storage.token(of: id).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The id of a token as the vocabulary writes it, nil where there is none.
  public func id(of token: String) -> Int? { storage.id(of: Array(token.utf8)) }

  /// How many tokens there are, added ones included.
  public var vocabularySize: Int { storage.vocabularySize }

  /// The ids that decoding leaves out on request.
  public var specialTokenIDs: Set<Int> { storage.specialIDs }

  func makeDecoderStages() -> [any DecoderStage] {
    storage.definition.decoder?.makeStages() ?? [JoinStage()]
  }

  func decodableToken(of id: Int, skipsSpecial: Bool) -> [UInt8]? {
    guard let token = storage.token(of: id) else { return nil }
    return skipsSpecial && storage.specialIDs.contains(id) ? nil : Array(token)
  }
}

/// A token and the part of a text that it stands for.
public struct TokenPiece: Sendable, Hashable {
  /// The id.
  public var id: Int
  /// The bytes of the text's UTF-8 form. A range may cut a character, or be empty for a token that was put
  /// in.
  public var range: Range<Int>

  /// Makes a piece.
  public init(id: Int, range: Range<Int>) {
    self.id = id
    self.range = range
  }
}
