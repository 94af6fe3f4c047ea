import JSON

/// Makes a `tokenizer.json` out of the other forms in which vocabularies are published.
///
/// Every importer gives a value of the structure that HF tokenizers reads, so that one reader serves all.
public enum TokenizerImporter {
  /// An added token for the `added_tokens` section.
  struct AddedEntry {
    var id: Int
    var content: String
    var isSpecial: Bool
    var isNormalized = false
    var stripsLeft = false
    var stripsRight = false
    var isSingleWord = false

    var json: JSON {
      [
        "id": .int(id), "content": .string(content), "single_word": .bool(isSingleWord),
        "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(isNormalized),
        "special": .bool(isSpecial),
      ]
    }
  }

  /// The sections of a `tokenizer.json`, in the order in which HF tokenizers writes them.
  struct Sections {
    var addedTokens: [AddedEntry] = []
    var normalizer: JSON = .null
    var preTokenizer: JSON = .null
    var postProcessor: JSON = .null
    var decoder: JSON = .null
    var model: JSON = .null

    var json: JSON {
      [
        "version": "1.0", "truncation": nil, "padding": nil,
        "added_tokens": .array(addedTokens.sorted { $0.id < $1.id }.map(\.json)),
        "normalizer": normalizer, "pre_tokenizer": preTokenizer, "post_processor": postProcessor,
        "decoder": decoder, "model": model,
      ]
    }
  }

  static func unsupported(_ message: String, mend: String) -> TokenizerError {
    TokenizerError(.unsupported, message, mend: mend)
  }

  static func inconsistent(_ message: String) -> TokenizerError {
    TokenizerError(.inconsistent, message, mend: "take the file from the model's repository again")
  }

  /// Token text → id; the same text twice is refused.
  static func vocabulary(_ tokens: [String]) throws(TokenizerError) -> JSONObject {
    var object = JSONObject(minimumCapacity: tokens.count)
    for (id, token) in tokens.enumerated() {
      if let first = object.updateValue(.int(id), forKey: token) {
        throw inconsistent("tokens \(first.int ?? 0) and \(id) are both \(token.debugDescription)")
      }
    }
    return object
  }
}
