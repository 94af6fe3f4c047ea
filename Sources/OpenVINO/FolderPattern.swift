import Files

/// What finding a library takes beside plain look-ups.
enum FolderPattern {
  /// The folders that a pattern stands for, the last in alphabetical order first: newer versions win.
  static func matches(_ pattern: String) -> [String] {
    guard let star = pattern.firstIndex(of: "*"), let slash = pattern[..<star].lastIndex(of: "/")
    else { return [pattern] }
    let folder = String(pattern[..<slash])
    let start = pattern[..<star].dropFirst(folder.count + 1)
    let end = pattern[star...].dropFirst()
    return Folders.readableNames(in: folder.isEmpty ? "/" : folder)
      .filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.sorted(by: >)
      .map { folder + "/" + $0 }
  }
}
