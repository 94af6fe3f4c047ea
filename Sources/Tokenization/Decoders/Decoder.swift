/// A component that turns tokens back into text.
package indirect enum Decoder: Sendable {
  case sequence([Decoder])
  case byteLevel
  case byteFallback
  case fuse
  case strip(StripDecoder)
  case replace(ReplaceRule)
  case metaspace(Metaspace)
  case wordPiece(WordPieceDecoder)
  /// `BPEDecoder` with the mark that ends a word.
  case suffix(String)
  case ctc(CTCDecoder)

  init(_ component: ComponentJSON) throws(TokenizerError) {
    switch try component.type() {
    case "Sequence":
      self = .sequence(try component.components("decoders") { part throws(TokenizerError) in try Self(part) })
    case "ByteLevel": self = .byteLevel
    case "ByteFallback": self = .byteFallback
    case "Fuse": self = .fuse
    case "Strip": self = .strip(try StripDecoder(component))
    case "Replace": self = .replace(try ReplaceRule(component))
    case "Metaspace": self = .metaspace(try Metaspace(component))
    case "WordPiece": self = .wordPiece(try WordPieceDecoder(component))
    case "BPEDecoder": self = .suffix(try component.string("suffix"))
    case "CTC": self = .ctc(try CTCDecoder(component))
    case let type: throw component.unknown(type)
    }
  }

  /// Fresh machines that do this, one after the other.
  func makeStages() -> [any DecoderStage] {
    switch self {
    case .sequence(let parts): parts.flatMap { $0.makeStages() }
    case .byteLevel: [ByteLevelStage()]
    case .byteFallback: [ByteFallbackStage()]
    case .fuse: [FuseStage()]
    case .strip(let rule): [StripDecoder.Stage(rule)]
    case .replace(let rule): [ReplaceRule.Stage(rule)]
    case .metaspace(let metaspace): [MetaspaceStage(metaspace)]
    case .wordPiece(let decoder): [WordPieceDecoder.Stage(decoder)]
    case .suffix(let suffix): [SuffixStage(suffix: suffix)]
    case .ctc(let decoder): [CTCDecoder.Stage(decoder)]
    }
  }
}
