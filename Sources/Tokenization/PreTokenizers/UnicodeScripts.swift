import Text

/// `UnicodeScripts`: cuts where the writing system changes, as SentencePiece does.
///
/// The reference knows the scripts of Unicode 9. Hiragana, katakana and the prolonged sound mark count as Han; spaces and characters without a script
/// belong to what is before them, and are lost where nothing is.
enum UnicodeScripts {
  static func apply(to text: inout PreTokenizedText) {
    text.splitPieces { bytes, emit in
      var last: String?
      var start = 0
      bytes.forEachScalar { scalar, range in
        guard let script = script(of: scalar) else { return }
        if last != script {
          if last != nil { emit(start..<range.lowerBound) }
          start = range.lowerBound
        }
        last = script
      }
      if last != nil { emit(start..<bytes.count) }
    }
  }

  private static func script(of scalar: Unicode.Scalar) -> String? {
    if ScalarCategories.scriptless.contains(scalar) { return nil }
    switch scalar.value {
    case 0x30FC: return "Han"
    case 0x953, 0x954: return "Devanagari"
    default: break
    }
    let script = UnicodeTables.script(scalar)
    return script == "Hiragana" || script == "Katakana" ? "Han" : script
  }
}
