import Files

/// What is needed of pkg-config's files: where the libraries are.
enum PackageConfig {
  /// The value of `libdir` in the file at `path`, with its variables replaced; `nil` without such a file.
  static func libraryFolder(of path: String) -> String? {
    guard let bytes = SmallFile.bytes(at: path, limit: 1 << 16) else { return nil }
    var variables = ["pcfiledir": Folders.parent(of: path)]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let equals = line.firstIndex(of: "="), !line[..<equals].contains(":") else { continue }
      let name = line[..<equals].filter { !$0.isWhitespace }
      variables[name] = expand(line[line.index(after: equals)...], variables)
    }
    return variables["libdir"]
  }

  private static func expand(_ text: Substring, _ variables: [String: String]) -> String {
    var result = ""
    var rest = text.drop(while: \.isWhitespace)
    while let dollar = rest.firstIndex(of: "$") {
      let tail = rest[dollar...].dropFirst()
      guard tail.first == "{", let end = tail.firstIndex(of: "}") else { break }
      result += rest[..<dollar] + (variables[String(tail[..<end].dropFirst())] ?? "")
      rest = rest[end...].dropFirst()
    }
    result += rest
    while let last = result.last, last.isWhitespace { result.removeLast() }
    return result
  }
}
