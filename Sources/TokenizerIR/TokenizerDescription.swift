import JSON

/// What the export needs of a `tokenizer.json`.
struct TokenizerDescription {
  struct AddedToken {
    var id: Int
    var content: String
    var isSpecial: Bool
    var stripsLeft: Bool
    var stripsRight: Bool
    var isSingleWord: Bool
    var isNormalized: Bool
  }

  let json: JSON
  let model: JSON
  let modelType: String
  let added: [AddedToken]
  /// Texts of the model's tokens by id; nil where no token has the id.
  let tokens: [String?]
  /// Tokens are written in GPT-2's alphabet of bytes.
  let isByteLevel: Bool

  init(_ json: JSON) throws(TokenizerIRError) {
    guard let model = json["model"], model.object != nil else {
      throw .malformed("the tokenizer has no model")
    }
    self.json = json
    self.model = model
    modelType = model["type"]?.string ?? (model["merges"] != nil ? "BPE" : "")
    added = (json["added_tokens"]?.array ?? []).compactMap { token in
      guard let id = token["id"]?.int, let content = token["content"]?.string, !content.isEmpty else {
        return nil
      }
      return AddedToken(
        id: id, content: content, isSpecial: token["special"]?.bool ?? false,
        stripsLeft: token["lstrip"]?.bool ?? false, stripsRight: token["rstrip"]?.bool ?? false,
        isSingleWord: token["single_word"]?.bool ?? false, isNormalized: token["normalized"]?.bool ?? false)
    }
    tokens = try Self.tokens(model)
    isByteLevel = [json["pre_tokenizer"], json["normalizer"], json["decoder"]].contains {
      Self.mentions("ByteLevel", $0 ?? .null)
    }
  }

  private static func tokens(_ model: JSON) throws(TokenizerIRError) -> [String?] {
    if let entries = model["vocab"]?.array {
      return try entries.map { entry throws(TokenizerIRError) in
        guard let text = entry[0]?.string else { throw .malformed("a token of the vocabulary is no text") }
        return text
      }
    }
    guard let vocabulary = model["vocab"]?.object else { throw .malformed("the model has no vocabulary") }
    var tokens: [String?] = []
    for (text, id) in vocabulary {
      guard let id = id.int, id >= 0, id < 1 << 24 else {
        throw .malformed("the id of \(text) is no small number")
      }
      while tokens.count <= id { tokens.append(nil) }
      tokens[id] = text
    }
    return tokens
  }

  private static func mentions(_ type: String, _ json: JSON) -> Bool {
    if json["type"]?.string == type { return true }
    return ["pretokenizers", "normalizers", "decoders"].contains { key in
      json[key]?.array?.contains { mentions(type, $0) } ?? false
    }
  }

  /// The bytes that a token of the model stands for.
  func bytes(_ token: String) -> [UInt8] {
    isByteLevel ? ByteAlphabet.bytes(token) : Array(token.utf8)
  }
}

/// GPT-2's printable stand-ins for bytes.
enum ByteAlphabet {
  private static let byScalar: [UInt32: UInt8] = {
    var map: [UInt32: UInt8] = [:]
    var next: UInt32 = 256
    for byte in UInt8.min...UInt8.max {
      if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 {
        map[UInt32(byte)] = byte
      } else {
        map[next] = byte
        next += 1
      }
    }
    return map
  }()

  /// The bytes of a token; its UTF-8 when a character is none of the alphabet, as the decoder does.
  static func bytes(_ token: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard let byte = byScalar[scalar.value] else { return Array(token.utf8) }
      bytes.append(byte)
    }
    return bytes
  }
}
