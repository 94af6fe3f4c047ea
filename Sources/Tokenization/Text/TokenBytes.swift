import Text

extension Tokenizer {
  /// The bytes that a token adds to a text, which need not be whole characters.
  ///
  /// Taken alone, behind another token: what a decoder strips at the beginning of a text is not stripped.
  package func bytes(of id: Int) -> [UInt8] {
    guard let token = storage.token(of: id) else { return [] }
    let single = token.withUnsafeBufferPointer { token -> [UInt8]? in
      if storage.definition.decoder?.hasByteTokens == true, let byte = ByteTokens.byte(of: token) {
        return [byte]
      }
      var bytes: [UInt8] = []
      guard storage.definition.decoder?.isByteLevel == true, !storage.specialIDs.contains(id),
        ByteAlphabet.decode(token, into: &bytes)
      else { return nil }
      return bytes
    }
    if let single { return single }
    let reference = encode("a", addSpecialTokens: false)
    var stream = makeStream(skipSpecialTokens: false, prompt: reference)
    return stream.bytes(appending: id) + stream.finishBytes()
  }
}

extension Decoder {
  /// Whether the characters of tokens are bytes.
  fileprivate var isByteLevel: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.contains { $0.isByteLevel }
    default: false
    }
  }

  /// Whether tokens such as `<0x0A>` are bytes.
  fileprivate var hasByteTokens: Bool {
    switch self {
    case .byteFallback: true
    case .sequence(let parts): parts.contains { $0.hasByteTokens }
    default: false
    }
  }
}
