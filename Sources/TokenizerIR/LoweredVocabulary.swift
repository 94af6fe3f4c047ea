import Text
import Tokenization

/// The tokens of a tokenizer as the operations take them: bytes by id.
struct LoweredVocabulary {
  let definition: TokenizerDefinition
  /// The added tokens.
  let added: [AddedToken]
  /// The bytes of the model's tokens by id, as the vocabulary writes them; empty where no token has the id.
  let tokens: [[UInt8]]
  /// Tokens are written in GPT-2's alphabet of bytes.
  let isByteLevel: Bool

  init(_ definition: TokenizerDefinition) {
    self.definition = definition
    added = definition.added.tokens
    let vocabulary = definition.model.vocabulary
    tokens = (0..<vocabulary.upperBound).map { vocabulary.token(of: $0).map { Array($0) } ?? [] }
    isByteLevel =
      definition.preTokenizer?.isByteLevel ?? false || definition.normalizer?.isByteLevel ?? false
      || definition.decoder?.isByteLevel ?? false
  }

  /// Texts of added tokens that the normalizer changes, so that the model never sees them: Gemma's runs of spaces in GGUF
  /// files. The operation merges such a token from its parts all the same, and misses some that way.
  var unseenTokens: Set<[UInt8]> {
    guard let normalizer = definition.normalizer, !isByteLevel else { return [] }
    return Set(
      added.lazy.filter { !$0.isNormalized && !$0.isSingleWord }.map { Array($0.content.utf8) }.filter {
        bytes in
        var text = NormalizedText(String(decoding: bytes, as: UTF8.self))
        normalizer.apply(to: &text)
        return !text.bytes.isEmpty && !bytes.isEmpty && text.bytes.firstRange(of: bytes) == nil
      })
  }

  /// The bytes that a token of the model stands for; as they are where a character is none of the alphabet.
  func bytes(_ token: some Collection<UInt8>) -> [UInt8] {
    let token = Array(token)
    guard isByteLevel else { return token }
    var bytes: [UInt8] = []
    return token.withUnsafeBufferPointer { ByteAlphabet.decode($0, into: &bytes) } ? bytes : token
  }

  /// The id of a token, added or of the model.
  func id(of text: String) -> Int? {
    let bytes = Array(text.utf8)
    return added.first { $0.content.utf8.elementsEqual(bytes) }?.id
      ?? definition.model.vocabulary.id(of: bytes).map(Int.init)
  }
}

extension PreTokenizer {
  fileprivate var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.contains(where: \.isByteLevel)
    default: false
    }
  }
}

extension Normalizer {
  fileprivate var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.contains(where: \.isByteLevel)
    default: false
    }
  }
}

extension Decoder {
  fileprivate var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.contains(where: \.isByteLevel)
    default: false
    }
  }
}
