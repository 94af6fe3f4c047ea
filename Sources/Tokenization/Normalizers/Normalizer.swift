import Text

/// A component that changes the text before it is cut into pieces.
package indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  case form(UnicodeForm)
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case replace(ReplaceRule)
  case prepend(String)
  case bert(BertNormalizer)
  case nmt
  case precompiled(PrecompiledNormalizer)
  case byteLevel

  init(_ component: ComponentJSON) throws(TokenizerError) {
    switch try component.type() {
    case "Sequence":
      self = .sequence(
        try component.components("normalizers") { part throws(TokenizerError) in try Self(part) })
    case "NFC": self = .form(.nfc)
    case "NFD": self = .form(.nfd)
    case "NFKC": self = .form(.nfkc)
    case "NFKD": self = .form(.nfkd)
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .stripAccents
    case "Strip":
      self = .strip(left: try component.bool("strip_left"), right: try component.bool("strip_right"))
    case "Replace": self = .replace(try ReplaceRule(component))
    case "Prepend": self = .prepend(try component.string("prepend"))
    case "BertNormalizer": self = .bert(try BertNormalizer(component))
    case "Nmt": self = .nmt
    case "Precompiled": self = .precompiled(try PrecompiledNormalizer(component))
    case "ByteLevel": self = .byteLevel
    case let type: throw component.unknown(type)
    }
  }

  /// Normalizes `text`.
  package func apply(to text: inout NormalizedText) {
    switch self {
    case .sequence(let parts): for part in parts { part.apply(to: &text) }
    case .form(let form): text.normalize(to: form)
    case .lowercase: text.lowercase()
    case .stripAccents: text.removeScalars(in: ScalarCategories.marks)
    case .strip(let left, let right): text.strip(left: left, right: right)
    case .replace(let rule): rule.apply(to: &text)
    case .prepend(let prefix): text.prepend(prefix)
    case .bert(let bert): bert.apply(to: &text)
    case .nmt: NmtNormalizer.apply(to: &text)
    case .precompiled(let precompiled): precompiled.apply(to: &text)
    case .byteLevel: text.encodeBytes()
    }
  }
}
