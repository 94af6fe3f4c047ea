import JSON

/// Components of `tokenizer.json` as the importers write them.
enum Component {
  static let byteLevelDecoder: JSON = [
    "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
  ]

  static func byteLevel(usesRegex: Bool, trimsOffsets: Bool = true) -> JSON {
    [
      "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": .bool(trimsOffsets),
      "use_regex": .bool(usesRegex),
    ]
  }

  static func split(_ regex: String) -> JSON {
    ["type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated", "invert": false]
  }

  static func digits(individual: Bool) -> JSON {
    ["type": "Digits", "individual_digits": .bool(individual)]
  }

  static func preTokenizers(_ parts: [JSON]) -> JSON {
    parts.count == 1 ? parts[0] : ["type": "Sequence", "pretokenizers": .array(parts)]
  }

  static func normalizers(_ parts: [JSON]) -> JSON {
    switch parts.count {
    case 0: .null
    case 1: parts[0]
    default: ["type": "Sequence", "normalizers": .array(parts)]
    }
  }

  static func replace(_ text: String, by content: String) -> JSON {
    ["type": "Replace", "pattern": ["String": .string(text)], "content": .string(content)]
  }

  /// What SentencePiece models decode with: `▁` is a space, byte tokens are bytes, the dummy prefix goes away.
  static func metaspaceDecoder(stripsPrefix: Bool, hasByteFallback: Bool = true) -> JSON {
    var parts: [JSON] = [replace("▁", by: " ")]
    if hasByteFallback { parts.append(["type": "ByteFallback"]) }
    parts.append(["type": "Fuse"])
    if stripsPrefix { parts.append(["type": "Strip", "content": " ", "start": 1, "stop": 0]) }
    return ["type": "Sequence", "decoders": .array(parts)]
  }

  /// `bos A eos` with the tokens that are given.
  static func template(
    before: (token: String, id: Int)?, after: (token: String, id: Int)?
  ) -> JSON? {
    guard before != nil || after != nil else { return nil }
    var special = JSONObject()
    func piece(_ token: (token: String, id: Int), type: Int) -> JSON {
      special[token.token] = [
        "id": .string(token.token), "ids": [.int(token.id)], "tokens": [.string(token.token)],
      ]
      return ["SpecialToken": ["id": .string(token.token), "type_id": .int(type)]]
    }
    func segment(_ name: String, type: Int) -> [JSON] {
      var parts: [JSON] = []
      if let before { parts.append(piece(before, type: type)) }
      parts.append(["Sequence": ["id": .string(name), "type_id": .int(type)]])
      if let after { parts.append(piece(after, type: type)) }
      return parts
    }
    let single = segment("A", type: 0)
    let pair = single + segment("B", type: 1)
    return [
      "type": "TemplateProcessing", "single": .array(single), "pair": .array(pair),
      "special_tokens": .object(special),
    ]
  }

  static func bpe(
    vocabulary: JSONObject, merges: [JSON], unknown: String? = nil, fusesUnknown: Bool = false,
    hasByteFallback: Bool = false, ignoresMerges: Bool = false
  ) -> JSON {
    [
      "type": "BPE", "dropout": nil, "unk_token": unknown.map { .string($0) } ?? .null,
      "continuing_subword_prefix": nil, "end_of_word_suffix": nil, "fuse_unk": .bool(fusesUnknown),
      "byte_fallback": .bool(hasByteFallback), "ignore_merges": .bool(ignoresMerges),
      "vocab": .object(vocabulary), "merges": .array(merges),
    ]
  }
}
