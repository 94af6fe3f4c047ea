/// The formats of strings that are enforced, as expressions over whole texts.
enum FormatLanguages {
  /// Formats that say how a value is meant and nothing of its text.
  static let annotations: Set<String> = [
    "password", "textarea", "float", "double", "byte-count", "color-name",
  ]

  /// The expression of a format; nil for one that is not known.
  static func expression(_ name: String) -> String? { expressions[name] }

  private static let leapDay =
    #"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29"#
  private static let date =
    #"(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"#
    + #"|02-(?:0[1-9]|1[0-9]|2[0-8]))|"# + leapDay + ")"
  private static let time =
    #"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"#
  private static let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
  private static let ipv4 = byte + #"(?:\."# + byte + "){3}"
  // No label has `--` in its third and fourth place: that is punycode, which would have to be decoded. Labels and their
  // number are bounded so that no name is longer than 253 characters, without another automaton that counts them.
  private static let alphanumeric = "[a-zA-Z0-9]"
  private static let inLabel = "[a-zA-Z0-9-]"
  private static func label(_ most: Int) -> String {
    let (a, h) = (alphanumeric, inLabel)
    return "\(a)(?:\(h)?\(a)|\(h)\(h)\(a)|\(h)(?:\(a)\(h)|-\(a))\(h){0,\(most - 5)}\(a))?"
  }
  private static let hostname =
    "(?:\(label(61))(?:\\.\(label(61))){0,3}|\(label(24))(?:\\.\(label(24))){4,9})"
  private static let ipv6: String = {
    let part = "[0-9a-fA-F]{1,4}"
    let last = "(?:\(part):\(part)|\(ipv4))"
    var forms = ["(?:\(part):){6}\(last)"]
    // `::` stands for at least one group of zeros; so many groups may stand before it.
    let before = { (count: Int) in count == 0 ? "" : "(?:(?:\(part):){0,\(count - 1)}\(part))?" }
    for count in 0...4 { forms.append("\(before(count))::(?:\(part):){\(5 - count)}\(last)") }
    forms += ["\(before(5))::\(last)", "\(before(6))::\(part)", "\(before(7))::"]
    return "(?:\(forms.joined(separator: "|")))"
  }()
  private static let unreserved = "[a-zA-Z0-9._~-]"
  private static let escaped = "%[0-9a-fA-F]{2}"
  private static let pathCharacter = "(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|\(escaped))"
  private static let authority =
    "(?:(?:[a-zA-Z0-9._~!$&'()*+,;=:-]|\(escaped))*@)?(?:\\[\(ipv6)\\]|(?:[a-zA-Z0-9._~!$&'()*+,;=-]|\(escaped))*)"
    + "(?::[0-9]{0,5})?"
  private static let tail = "(?:\\?(?:\(pathCharacter)|[/?])*)?(?:#(?:\(pathCharacter)|[/?])*)?"
  private static let uri =
    "[a-zA-Z][a-zA-Z0-9+.-]*:(?://\(authority)(?:/\(pathCharacter)*)*|/(?:\(pathCharacter)+(?:/\(pathCharacter)*)*)?"
    + "|\(pathCharacter)+(?:/\(pathCharacter)*)*)?\(tail)"
  private static let relative =
    "(?://\(authority)(?:/\(pathCharacter)*)*|/(?:\(pathCharacter)+(?:/\(pathCharacter)*)*)?"
    + "|(?:[a-zA-Z0-9._~!$&'()*+,;=@-]|\(escaped))+(?:/\(pathCharacter)*)*)?\(tail)"
  private static let seconds = "[0-9]+S"
  private static let minutes = "[0-9]+M(?:\(seconds))?"
  private static let hours = "[0-9]+H(?:\(minutes))?"
  private static let clock = "T(?:\(hours)|\(minutes)|\(seconds))"
  private static let days = "[0-9]+D"
  private static let months = "[0-9]+M(?:\(days))?"
  private static let years = "[0-9]+Y(?:\(months))?"
  private static let atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]"
  /// At most 64 characters stand before the `@`.
  private static let email = "\(atom){1,31}(?:\\.\(atom){1,10}){0,3}@\(hostname)"
  private static let pointer = #"(?:/(?:[^~/]|~[01])*)*"#

  private static let expressions: [String: String] = [
    "date": date,
    "time": time,
    "date-time": date + "[Tt]" + time,
    "duration": "P(?:(?:\(days)|\(months)|\(years))(?:\(clock))?|\(clock)|[0-9]+W)",
    "email": email,
    "idn-email": email,
    "hostname": hostname,
    "idn-hostname": hostname,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "uri": uri,
    "iri": uri,
    "url": uri,
    "uri-reference": "(?:\(uri)|\(relative))",
    "iri-reference": "(?:\(uri)|\(relative))",
    "uri-template": "(?:[a-zA-Z0-9._~!$&()*+,;=:@/?#-]|\\{[a-zA-Z0-9_]+\\})*",
    "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "json-pointer": pointer,
    "relative-json-pointer": "(?:0|[1-9][0-9]*)(?:#|\(pointer))",
    "byte": "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
  ]
}
