import JSON
import Text

/// What SentencePiece's normalizer does, as normalizers of `tokenizer.json`.
struct Normalization {
  /// The precompiled character map; empty for none.
  var charsmap: [UInt8]
  var removesExtraWhitespaces: Bool

  var json: JSON {
    var parts: [JSON] = []
    if !charsmap.isEmpty {
      parts.append(["type": "Precompiled", "precompiled_charsmap": .string(Base64.encode(charsmap))])
    }
    if removesExtraWhitespaces {
      parts.append(["type": "Strip", "strip_left": false, "strip_right": true])
      parts.append(["type": "Replace", "pattern": ["Regex": " {2,}"], "content": "▁"])
    }
    return Component.normalizers(parts)
  }
}
