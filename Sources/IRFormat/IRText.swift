/// The pieces of an IR document's XML, version 11.
enum IRText {
  static func header(_ name: String) -> String {
    "<?xml version=\"1.0\"?>\n<net name=\"\(escaped(name))\" version=\"11\">\n\t<layers>\n"
  }

  static let endOfLayers = "\t</layers>\n\t<edges>\n"

  /// What follows the edges.
  static func footer(_ notes: RuntimeInfo) -> String {
    "\t</edges>\n\t<rt_info>\n" + notes.entries.map { note($0, indentation: "\t\t") }.joined()
      + "\t</rt_info>\n</net>\n"
  }

  static func attributes(_ list: [(name: String, value: String)]) -> String {
    list.isEmpty
      ? ""
      : "\t\t\t<data " + list.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: " ") + "/>\n"
  }

  /// A port of a layer.
  /// - Parameters:
  ///   - precision: the older spelling of element types, such as `FP32`.
  ///   - dimensions: -1 stands for one that is not known.
  static func port(_ id: Int, precision: String, dimensions: [Int], names: [String] = []) -> String {
    var text = "\t\t\t\t<port id=\"\(id)\" precision=\"\(precision)\""
    if !names.isEmpty { text += " names=\"\(escaped(names.joined(separator: ",")))\"" }
    if dimensions.isEmpty { return text + "/>\n" }
    text += ">\n"
    for dimension in dimensions { text += "\t\t\t\t\t<dim>\(dimension)</dim>\n" }
    return text + "\t\t\t\t</port>\n"
  }

  static func edge(from layer: Int, _ port: Int, to target: Int, _ targetPort: Int) -> String {
    "\t\t<edge from-layer=\"\(layer)\" from-port=\"\(port)\" to-layer=\"\(target)\" to-port=\"\(targetPort)\"/>\n"
  }

  private static func note(_ entry: RuntimeInfo.Entry, indentation: String) -> String {
    let isTag =
      entry.name.first?.isLetter == true
      && entry.name.allSatisfy { $0.isLetter || $0.isNumber || "_-".contains($0) }
    let tag = isTag ? entry.name : "info"
    let start = isTag ? "<\(tag)" : "<\(tag) name=\"\(escaped(entry.name))\""
    if let value = entry.value { return "\(indentation)\(start) value=\"\(escaped(value))\"/>\n" }
    let inner = entry.children.map { note($0, indentation: indentation + "\t") }.joined()
    return "\(indentation)\(start)>\n\(inner)\(indentation)</\(tag)>\n"
  }

  /// Text inside of an attribute. Characters that XML cannot hold become spaces.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "\n", "\r", "\t": result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
      case _ where scalar.value < 0x20, "\u{FFFE}", "\u{FFFF}": result.append(" ")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
