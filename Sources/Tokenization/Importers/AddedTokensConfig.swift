import JSON

/// Added tokens that `tokenizer_config.json` (`added_tokens_decoder`) or `added_tokens.json` declare.
enum AddedTokensConfig {
  /// `own` with the declared ones; a declaration of the same id wins.
  static func merged(
    _ own: [TokenizerImporter.AddedEntry], _ config: JSON?, _ addedTokens: JSON? = nil
  ) -> [TokenizerImporter.AddedEntry] {
    var byID: [Int: TokenizerImporter.AddedEntry] = [:]
    for entry in own { byID[entry.id] = entry }
    for (token, id) in addedTokens?.object ?? [:] {
      guard let id = id.int, byID[id] == nil else { continue }
      byID[id] = TokenizerImporter.AddedEntry(id: id, content: token, isSpecial: true)
    }
    for (key, body) in config?["added_tokens_decoder"]?.object ?? [:] {
      guard let id = Int(key), let content = body["content"]?.string else { continue }
      byID[id] = TokenizerImporter.AddedEntry(
        id: id, content: content, isSpecial: body["special"]?.bool ?? false,
        isNormalized: body["normalized"]?.bool ?? false, stripsLeft: body["lstrip"]?.bool ?? false,
        stripsRight: body["rstrip"]?.bool ?? false, isSingleWord: body["single_word"]?.bool ?? false)
    }
    return byID.values.sorted { $0.id < $1.id }
  }

  /// The token that `tokenizer_config.json` names under `key` ("bos_token"), with its id.
  static func named(
    _ key: String, _ config: JSON?, _ added: [TokenizerImporter.AddedEntry], _ vocabulary: JSONObject
  ) -> (token: String, id: Int)? {
    guard let text = config?[key]?.string ?? config?[key]?["content"]?.string else { return nil }
    if let entry = added.first(where: { $0.content.utf8.elementsEqual(text.utf8) }) {
      return (text, entry.id)
    }
    return vocabulary[text]?.int.map { (text, $0) }
  }
}
