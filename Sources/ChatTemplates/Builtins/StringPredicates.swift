/// `isalpha` and its kin, and changes of case that go word by word.
enum StringPredicates {
  static let all: [String: Methods.Method] = [
    "isalnum": every("isalnum") { Text.isAlphabetic($0) || $0.properties.numericType != nil },
    "isalpha": every("isalpha", Text.isAlphabetic),
    "isascii": predicate("isascii") { $0.utf8.allSatisfy { $0 < 0x80 } },
    "isdecimal": every("isdecimal") { $0.properties.generalCategory == .decimalNumber },
    "isdigit": every("isdigit") {
      $0.properties.numericType == .decimal || $0.properties.numericType == .digit
    },
    "isnumeric": every("isnumeric") { $0.properties.numericType != nil },
    "isspace": every("isspace", Text.isSpace),
    "isidentifier": predicate("isidentifier") { text in
      guard let first = text.unicodeScalars.first else { return false }
      return (first == "_" || first.properties.isXIDStart)
        && text.unicodeScalars.allSatisfy { $0.properties.isXIDContinue }
    },
    "islower": predicate("islower", Text.isLower),
    "isupper": predicate("isupper", Text.isUpper),
    "istitle": predicate("istitle", Text.isTitle),
  ]

  private static func predicate(_ name: String, _ test: @escaping @Sendable (String) -> Bool)
    -> Methods.Method
  {
    StringMethods.method(name) { (text, _, interpreter) throws(TemplateError) in
      // Looking up the properties of a character takes far longer than copying it.
      try interpreter.charge(steps: text.utf8.count / 8)
      return .bool(test(text))
    }
  }

  private static func every(
    _ name: String, _ test: @escaping @Sendable (Unicode.Scalar) -> Bool
  ) -> Methods.Method {
    predicate(name) { !$0.isEmpty && $0.unicodeScalars.allSatisfy(test) }
  }
}

extension Text {
  private static func isCased(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter: true
    default: scalar.properties.isUppercase || scalar.properties.isLowercase
    }
  }

  static func isLower(_ text: String) -> Bool {
    let cased = text.unicodeScalars.filter(isCased)
    return !cased.isEmpty && cased.allSatisfy { $0.properties.isLowercase }
  }

  static func isUpper(_ text: String) -> Bool {
    let cased = text.unicodeScalars.filter(isCased)
    return !cased.isEmpty && cased.allSatisfy { $0.properties.isUppercase }
  }

  static func isTitle(_ text: String) -> Bool {
    var (isInsideWord, hasWord) = (false, false)
    for scalar in text.unicodeScalars {
      if isCased(scalar) {
        if scalar.properties.isLowercase != isInsideWord { return false }
        (isInsideWord, hasWord) = (true, true)
      } else {
        isInsideWord = false
      }
    }
    return hasWord
  }

  static func capitalize(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    return first.properties.titlecaseMapping + make(text.unicodeScalars.dropFirst()).lowercased()
  }

  /// Every run of letters with its first letter in title case and the others in lower case.
  static func title(_ text: String) -> String {
    var (result, isInsideWord) = ("", false)
    for scalar in text.unicodeScalars {
      result += isInsideWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
      isInsideWord = isCased(scalar)
    }
    return result
  }

  static func swapCase(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      result +=
        scalar.properties.isUppercase
        ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
    }
    return result
  }
}
