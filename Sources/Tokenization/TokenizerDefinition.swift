import JSON

/// Everything that a `tokenizer.json` says, as typed components.
package struct TokenizerDefinition: Sendable {
  /// The added tokens, those of the files beside `tokenizer.json` included.
  package var added = AddedVocabulary()
  package var normalizer: Normalizer?
  package var preTokenizer: PreTokenizer?
  package var model: Model
  package var postProcessor: PostProcessor?
  package var decoder: Decoder?
  /// The lengths that texts are cut to or filled up to when many are encoded for a model that embeds them.
  /// Read for those who ask; `encode` neither cuts nor fills.
  package var truncation: Truncation?
  package var padding: Padding?
  /// The ids around a text; nil stands for the ids of the text itself.
  package let frame: PostProcessor.Part

  /// Reads the components of `json`; the big tables of the model are in `tables`.
  init(_ json: JSON, _ tables: ModelTables?, beside sidecars: TokenizerSidecars) throws(TokenizerError) {
    let root = ComponentJSON(json, path: "")
    guard json.object != nil, let modelPart = root.component("model") else {
      throw TokenizerError(.malformed, "tokenizer.json has no 'model'")
    }
    let version = root.has("version") ? try root.string("version") : "1.0"
    guard version == "1.0" else {
      throw TokenizerError(.unsupported, "tokenizer.json is of version '\(version)', only 1.0 is known")
    }
    if let part = root.component("normalizer") { normalizer = try Normalizer(part) }
    if let part = root.component("pre_tokenizer") { preTokenizer = try PreTokenizer(part) }
    if let part = root.component("post_processor") { postProcessor = try PostProcessor(part) }
    if let part = root.component("decoder") { decoder = try Decoder(part) }
    if let part = root.component("truncation") { truncation = try Truncation(part) }
    if let part = root.component("padding") { padding = try Padding(part) }
    let tables = if let tables { tables } else { try ModelTables(modelPart) }
    model = try Model(modelPart, tables)
    let own =
      root.has("added_tokens")
      ? try root.components("added_tokens") { part throws(TokenizerError) in try AddedToken(part) } : []
    added.add(own, to: model.vocabulary)
    added.add(try sidecars.tokens(beside: own, padding: padding?.padToken), to: model.vocabulary)
    frame = try postProcessor?.frame() ?? [nil]
    readRawBytesIfPossible()
  }

  /// Spares the detour over the byte alphabet where nothing can tell the difference.
  private mutating func readRawBytesIfPossible() {
    guard case .bpe(var bpe) = model, bpe.canReadRawBytes, let changed = preTokenizer?.keepingBytes() else {
      return
    }
    bpe.readRawBytes()
    model = .bpe(bpe)
    preTokenizer = changed
  }
}

extension PreTokenizer {
  /// The same without the byte alphabet; nil where that is not the last thing done.
  fileprivate func keepingBytes() -> PreTokenizer? {
    switch self {
    case .byteLevel(var byteLevel):
      byteLevel.keepsBytes = true
      return .byteLevel(byteLevel)
    case .sequence(var parts):
      guard let last = parts.last?.keepingBytes() else { return nil }
      parts[parts.count - 1] = last
      return .sequence(parts)
    default: return nil
    }
  }
}

/// The section `truncation`.
package struct Truncation: Sendable {
  package var maximumLength: Int
  package var stride: Int
  package var strategy: String
  package var direction: String

  init(_ component: ComponentJSON) throws(TokenizerError) {
    maximumLength = try component.integer("max_length")
    stride = try component.integer("stride", default: 0)
    strategy = try component.string("strategy")
    direction = try component.optionalString("direction") ?? "Right"
  }
}

/// The section `padding`.
package struct Padding: Sendable {
  /// The length to fill up to; nil for that of the longest text.
  package var fixedLength: Int?
  package var multiple: Int?
  package var direction: String
  package var padID: Int
  package var padToken: String

  init(_ component: ComponentJSON) throws(TokenizerError) {
    fixedLength = component.json["strategy"]?["Fixed"]?.int
    multiple = component.has("pad_to_multiple_of") ? try component.integer("pad_to_multiple_of") : nil
    direction = try component.string("direction")
    padID = try component.integer("pad_id")
    padToken = try component.string("pad_token")
  }
}
