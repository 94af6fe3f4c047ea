/// A page of help as the `man` program reads it (roff with the `man` macros).
package struct ManualPage {
  private let page: HelpPage
  private let version: String
  private let others: [String]

  /// - Parameters:
  ///   - version: the program's.
  ///   - others: names of the pages that are worth seeing too.
  package init(_ page: HelpPage, version: String, others: [String] = []) {
    self.page = page
    self.version = version
    self.others = others
  }

  /// The name of its file: `oven-cache-list.1`.
  package var fileName: String { Self.title(page.name) + ".1" }

  /// The page's name for `man`: `oven-cache-list`.
  package static func title(_ name: String) -> String { name.split(separator: " ").joined(separator: "-") }

  /// The page.
  package var text: String {
    var lines = [
      #".TH "\#(Self.title(page.name).uppercased())" 1 "" "Oven \#(version)" "Oven""#,
      ".SH NAME", Self.plain("\(Self.title(page.name)) - \(page.abstract)"),
      ".SH SYNOPSIS", ".B " + Self.plain(page.usage),
    ]
    if !page.blocks.isEmpty { lines.append(".SH DESCRIPTION") }
    for block in page.blocks {
      switch block {
      case .paragraph(let text): lines += [".PP", Self.plain(text)]
      case .example(let examples):
        lines += [".PP", ".RS 4", ".nf"] + examples.map(Self.plain) + [".fi", ".RE"]
      }
    }
    if !page.verbs.isEmpty {
      lines.append(".SH VERBS")
      for verb in page.verbs { lines += [".TP", ".B " + Self.plain(verb.name), Self.plain(verb.abstract)] }
    }
    var section: String?
    for item in page.items {
      let name = (item.section ?? (item.names.isEmpty ? "Arguments" : "Options")).uppercased()
      if name != section { lines.append(".SH " + Self.plain(name)) }
      section = name
      lines += [".TP", ".B " + Self.plain(item.synopsis), Self.plain(item.text)]
    }
    if !others.isEmpty {
      lines += [
        ".SH SEE ALSO", others.map { ".BR \(Self.plain(Self.title($0))) (1)" }.joined(separator: "\n"),
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Text in which nothing is a command of roff.
  static func plain(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\\": "\\e"
      case "-": "\\-"
      case "\n": " "
      default: scalar.isASCII ? String(scalar) : "\\[u" + Self.hex(scalar) + "]"
      }
    }.joined()
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  /// Four digits at least, as roff names characters.
  private static func hex(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
