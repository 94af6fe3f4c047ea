import JSON

/// The files beside a `tokenizer.json` that add tokens to it when transformers opens the folder.
///
/// Models whose tokens were extended after training often name the new ones only here. Neither
/// `add_bos_token` nor `add_eos_token` is read: beside a `tokenizer.json`, whose post-processor says it, transformers
/// drops them.
public struct TokenizerSidecars: Sendable {
  /// `tokenizer_config.json`.
  public var config: JSON?
  /// `added_tokens.json`: token → id.
  public var addedTokens: JSON?
  /// `special_tokens_map.json`.
  public var specialTokensMap: JSON?

  /// The parsed files, nil for those that do not exist.
  public init(config: JSON? = nil, addedTokens: JSON? = nil, specialTokensMap: JSON? = nil) {
    self.config = config
    self.addedTokens = addedTokens
    self.specialTokensMap = specialTokensMap
  }

  /// The names of the files, in the order of the initializer's parameters.
  static let fileNames = ["tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"]

  /// The roles that every tokenizer has.
  static let roles = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// What is added to the tokens of `tokenizer.json`, in order.
  ///
  /// - Parameters:
  ///   - own: the tokens that `tokenizer.json` lists.
  ///   - padding: the token that its section `padding` names.
  /// - Throws: `TokenizerError` for members of another type than transformers takes.
  func tokens(beside own: [AddedToken], padding: String?) throws(TokenizerError) -> [AddedToken] {
    if config == nil, addedTokens == nil, specialTokensMap == nil { return [] }
    var named = NamedTokens(config)
    if let padding, config?["pad_token"] == nil { named["pad_token"] = .text(padding) }
    var byID: [Int: AddedToken] = [:]
    if let decoder = config?["added_tokens_decoder"] {
      for (key, body) in decoder.object ?? [:] {
        guard let id = Int(key), id >= 0 else {
          throw malformed(
            "tokenizer_config.json", "added_tokens_decoder", "has the id \(key.debugDescription)")
        }
        byID[id] = try AddedToken(ComponentJSON(body, path: "added_tokens_decoder.\(id)"), id: id)
      }
    } else {
      named.merge(specialTokensMap)
      try readAddedTokens(named.contents, into: &byID)
      for token in own { byID[token.id] = token }
    }
    return named.completing(byID.sorted { $0.key < $1.key }.map(\.value), own)
  }

  /// Tokens of `added_tokens.json` are special where one of the files gives them a role.
  private func readAddedTokens(
    _ special: Set<[UInt8]>, into byID: inout [Int: AddedToken]
  ) throws(TokenizerError) {
    guard let addedTokens else { return }
    guard let members = addedTokens.object else {
      throw malformed("added_tokens.json", "it", "is not an object of ids")
    }
    for (content, id) in members {
      guard let id = id.int, (0..<1 << 31).contains(id) else {
        throw malformed("added_tokens.json", content.debugDescription, "has no id from 0 to 2147483647")
      }
      let isSpecial = special.contains(Array(content.utf8))
      byID[id] = AddedToken(content: content, id: id, isSpecial: isSpecial, isNormalized: !isSpecial)
    }
  }

  private func malformed(_ file: String, _ member: String, _ fault: String) -> TokenizerError {
    TokenizerError(
      .malformed, "\(file): \(member) \(fault)", mend: "take \(file) from the model's repository again")
  }
}

/// The tokens that configuration files name by their roles, in the order in which transformers adds them.
private struct NamedTokens {
  /// A token given as its text, which makes a special one, or with flags.
  enum Entry {
    case text(String)
    case token(AddedToken)

    init?(_ json: JSON?, isSpecial: Bool? = nil) {
      if let text = json?.string {
        self = .text(text)
      } else if let json, let content = json["content"]?.string {
        let special = isSpecial ?? json["special"]?.bool ?? false
        func flag(_ name: String) -> Bool { json[name]?.bool ?? false }
        self = .token(
          AddedToken(
            content: content, id: 0, isSpecial: special, isNormalized: json["normalized"]?.bool ?? !special,
            stripsLeft: flag("lstrip"), stripsRight: flag("rstrip"), isSingleWord: flag("single_word")))
      } else {
        return nil
      }
    }

    var content: String {
      switch self {
      case .text(let text): text
      case .token(let token): token.content
      }
    }
  }

  private var roles = TokenizerSidecars.roles
  private var byRole: [String: Entry] = [:]
  private var extra: [Entry] = []

  /// Members that end in `_token` are roles of the model's own (`image_token`), as are the members of
  /// `extra_special_tokens` where that is an object.
  init(_ config: JSON?) {
    for (name, value) in config?.object ?? [:] where name.hasSuffix("_token") { self[name] = Entry(value) }
    readExtra(config)
  }

  subscript(role: String) -> Entry? {
    get { byRole[role] }
    set {
      guard let newValue else { return }
      if !roles.contains(role) { roles.append(role) }
      byRole[role] = newValue
    }
  }

  private mutating func readExtra(_ json: JSON?) {
    var list = json?["extra_special_tokens"]
    if list?.array?.isEmpty ?? list?.object?.isEmpty ?? true { list = json?["additional_special_tokens"] }
    for (role, value) in list?.object ?? [:] { self[role] = Entry(value) }
    for value in list?.array ?? [] {
      guard let entry = Entry(value, isSpecial: true) else { continue }
      let isKnown = extra.contains { $0.content.utf8.elementsEqual(entry.content.utf8) }
      if !isKnown { extra.append(entry) }
    }
  }

  /// Roles of `special_tokens_map.json` replace those of the configuration.
  mutating func merge(_ map: JSON?) {
    for (name, value) in map?.object ?? [:] where name.hasSuffix("_token") {
      self[name] = Entry(value, isSpecial: true)
    }
    readExtra(map)
  }

  private var entries: [Entry] { roles.compactMap { byRole[$0] } + extra }

  var contents: Set<[UInt8]> { Set(entries.map { Array($0.content.utf8) }) }

  /// `listed`, followed by those tokens with a role that neither it nor `own` has. A role makes a token special.
  func completing(_ listed: [AddedToken], _ own: [AddedToken]) -> [AddedToken] {
    var result = listed
    var known = Set((listed + own).map { Array($0.content.utf8) })
    let withRole = Set(byRole.values.map { Array($0.content.utf8) })
    for index in result.indices where withRole.contains(Array(result[index].content.utf8)) {
      result[index].isSpecial = true
    }
    for entry in entries where known.insert(Array(entry.content.utf8)).inserted {
      switch entry {
      case .text(let text): result.append(AddedToken(content: text, id: 0))
      case .token(var token):
        token.isSpecial = token.isSpecial || withRole.contains(Array(token.content.utf8))
        result.append(token)
      }
    }
    return result
  }
}
