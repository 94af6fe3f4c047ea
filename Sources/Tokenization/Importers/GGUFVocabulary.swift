import JSON

/// The `tokenizer.ggml.*` metadata of a GGUF file.
public struct GGUFVocabulary: Sendable {
  /// `tokenizer.ggml.model`: `gpt2`, `llama`, `bert`, `t5`.
  public var model: String
  /// `tokenizer.ggml.pre`.
  public var pre: String?
  /// `tokenizer.ggml.tokens`, by id.
  public var tokens: [String]
  /// `tokenizer.ggml.scores`, by id.
  public var scores: [Float]?
  /// `tokenizer.ggml.token_type`, by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
  public var tokenTypes: [Int]?
  /// `tokenizer.ggml.merges`: two tokens with a space between them.
  public var merges: [String]?
  /// `tokenizer.ggml.bos_token_id`.
  public var bos: Int?
  /// `tokenizer.ggml.eos_token_id`.
  public var eos: Int?
  /// `tokenizer.ggml.unknown_token_id`.
  public var unknown: Int?
  /// `tokenizer.ggml.padding_token_id`.
  public var padding: Int?
  /// `tokenizer.ggml.seperator_token_id` (spelt so in the format).
  public var separator: Int?
  /// `tokenizer.ggml.cls_token_id`.
  public var classification: Int?
  /// `tokenizer.ggml.add_bos_token`.
  public var addsBOS: Bool?
  /// `tokenizer.ggml.add_eos_token`.
  public var addsEOS: Bool?
  /// `tokenizer.ggml.add_space_prefix`.
  public var addsSpacePrefix: Bool?
  /// `tokenizer.ggml.remove_extra_whitespaces`.
  public var removesExtraWhitespaces: Bool?
  /// `tokenizer.ggml.precompiled_charsmap`.
  public var precompiledCharsmap: [UInt8]?

  /// Metadata with nothing but a model name and tokens; the rest is set afterwards.
  public init(model: String, tokens: [String]) {
    self.model = model
    self.tokens = tokens
  }

  enum TokenType: Int {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  func type(of id: Int) -> TokenType {
    guard let tokenTypes, tokenTypes.indices.contains(id) else { return .normal }
    return TokenType(rawValue: tokenTypes[id]) ?? .normal
  }

  /// The id of each of `texts`, which are the tokens by id.
  ///
  /// Files in use have tokens without text, which nothing can be cut into, and some twice: then a control or
  /// user-defined token is meant, else the last one. The other id stays without a text.
  func ids(_ texts: [String]) -> JSONObject {
    var object = JSONObject(minimumCapacity: texts.count)
    func isMeant(_ id: Int) -> Bool { [.control, .userDefined].contains(type(of: id)) }
    for (id, text) in texts.enumerated() where !text.isEmpty {
      if let earlier = object[text]?.int, isMeant(earlier), !isMeant(id) { continue }
      object[text] = .int(id)
    }
    return object
  }

  /// The merges without those that make, or are made of, tokens that the file has no text for: files in use have
  /// tokens whose text was taken away. Where none was, such a merge is an error, which the reader of the result finds.
  ///
  /// A merge is two tokens with one space between; a token never begins with a space itself.
  func usableMerges() throws(TokenizerError) -> [(left: String, right: String)] {
    guard let merges else {
      throw TokenizerImporter.inconsistent("the GGUF file has no tokenizer.ggml.merges")
    }
    var pairs: [(left: String, right: String)] = []
    pairs.reserveCapacity(merges.count)
    for merge in merges {
      guard let space = merge.utf8.dropFirst().firstIndex(of: 0x20) else {
        throw TokenizerImporter.inconsistent("the merge \(merge.debugDescription) is not two tokens")
      }
      pairs.append((String(merge[..<space]), String(merge[merge.utf8.index(after: space)...])))
    }
    let texts = ids(tokens)
    guard texts.count < tokens.count else { return pairs }
    func has(_ text: String) -> Bool { texts[text] != nil }
    return pairs.filter { has($0.left) && has($0.right) && has($0.left + $0.right) }
  }

  /// How many merges `usableMerges` leaves out.
  public var lostMergeCount: Int {
    guard let merges, let usable = try? usableMerges() else { return 0 }
    return merges.count - usable.count
  }

  func token(_ id: Int?) -> (token: String, id: Int)? {
    guard let id, tokens.indices.contains(id) else { return nil }
    return (tokens[id], id)
  }
}
