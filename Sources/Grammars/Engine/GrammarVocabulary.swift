/// The tokens of a model, as a grammar sees them.
package struct GrammarVocabulary: Sendable {
  /// One token.
  package enum Token: Sendable, Equatable {
    /// The bytes that it adds to a text; they need not be whole characters.
    case bytes([UInt8])
    /// A control token: it never stands for text inside a string, only for itself where a grammar names it.
    case special(String)
    /// A number that no text is made of.
    case unused
  }

  /// The tokens by number.
  package let tokens: [Token]
  let special: [String: Int32]
  let trie: TokenTrie
  /// The tokens that are whole characters which a JSON string may hold as they are, and the ones that are not.
  let plain: PlainTokens

  /// A vocabulary.
  package init(_ tokens: [Token]) {
    self.tokens = tokens
    var texts: [(bytes: [UInt8], token: Int32)] = []
    var special: [String: Int32] = [:]
    for (index, token) in tokens.enumerated() {
      switch token {
      case .bytes(let bytes): texts.append((bytes, Int32(index)))
      case .special(let text): if !text.isEmpty { special[text] = Int32(index) }
      case .unused: break
      }
    }
    self.special = special
    trie = TokenTrie(texts)
    plain = PlainTokens(texts, count: tokens.count)
  }

  /// 64-bit words of a mask.
  var maskWords: Int { (tokens.count + 63) / 64 }
}

/// Most tokens of a vocabulary are a few characters without quotes, backslashes or controls: inside a string that is
/// still long enough they are all allowed at once, and only the rest has to be walked.
struct PlainTokens: Sendable {
  /// The most characters of a token that counts as plain.
  static let longest = 24

  /// The plain tokens as a mask.
  private(set) var mask: [UInt64]
  /// The others.
  let rest: TokenTrie

  init(_ tokens: [(bytes: [UInt8], token: Int32)], count: Int) {
    mask = [UInt64](repeating: 0, count: (count + 63) / 64)
    var others: [(bytes: [UInt8], token: Int32)] = []
    for (bytes, token) in tokens {
      if Self.isPlain(bytes) {
        mask[Int(token) / 64] |= 1 << UInt64(token % 64)
      } else {
        others.append((bytes, token))
      }
    }
    rest = TokenTrie(others)
  }

  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty, bytes.count <= TokenTrie.longestToken,
      bytes.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }),
      let text = String(validating: bytes, as: UTF8.self)
    else { return false }
    return text.unicodeScalars.count <= longest
  }
}
