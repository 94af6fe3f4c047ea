/// Regular expressions as the extension's engine (PCRE2, UTF and Unicode properties on) takes them.
enum RegexText {
  /// A text that is to be matched as it is.
  static func quoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar), scalar != "_" {
        result.append("\\")
      }
      result.append(scalar)
    }
    return String(result)
  }

  /// A text that is to be put in as it is.
  static func replacement(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "$" { result.append("$") }
      if scalar == "\\" { result.append("\\") }
      result.append(scalar)
    }
    return String(result)
  }

  /// An expression of Oniguruma in PCRE2's spelling.
  ///
  /// `^` and `$` hold at every line, `\h` is a hexadecimal digit, `\uXXXX` is a code point, and intervals do not
  /// become possessive. Intersections of classes have no counterpart.
  static func fromOniguruma(_ regex: String) throws(TokenizerIRError) -> String {
    var result = String.UnicodeScalarView()
    let scalars = Array(regex.unicodeScalars)
    var at = 0
    var isInBracket = 0
    var hasLineAnchor = false
    while at < scalars.count {
      let next = scalars[at]
      let following = at + 1 < scalars.count ? scalars[at + 1] : nil
      if next == "\\", let following {
        at += 2
        switch following {
        case "h": result.append(contentsOf: (isInBracket > 0 ? "0-9A-Fa-f" : "[0-9A-Fa-f]").unicodeScalars)
        case "u": result.append(contentsOf: codePoint(scalars, &at).unicodeScalars)
        default: result.append(contentsOf: [next, following])
        }
        continue
      }
      if next == "&", following == "&", isInBracket > 0 {
        throw .unsupported("the pattern \(regex) intersects character classes")
      }
      if next == "[" {
        if isInBracket > 0, following != ":" {
          throw .unsupported("the pattern \(regex) nests character classes")
        }
        isInBracket += 1
      } else if next == "]", isInBracket > 0 {
        isInBracket -= 1
      } else if isInBracket == 0, next == "^" || next == "$" {
        hasLineAnchor = true
      } else if isInBracket == 0, next == "}", following == "+", isInterval(scalars, endingAt: at) {
        throw .unsupported("the pattern \(regex) repeats an interval")
      }
      result.append(next)
      at += 1
    }
    return (hasLineAnchor ? "(?m)" : "") + String(result)
  }

  private static func codePoint(_ scalars: [Unicode.Scalar], _ at: inout Int) -> String {
    let digits = scalars[at..<min(at + 4, scalars.count)].map { String($0) }.joined()
    at = min(at + 4, scalars.count)
    return "\\x{\(digits)}"
  }

  private static func isInterval(_ scalars: [Unicode.Scalar], endingAt end: Int) -> Bool {
    guard let start = scalars[..<end].lastIndex(of: "{"), start < end - 1 else { return false }
    return scalars[(start + 1)..<end].allSatisfy { ("0"..."9").contains($0) || $0 == "," }
  }
}
