/// The names of GGUF files that belong together: `model-00001-of-00003.gguf`.
enum GGUFSplit {
  /// The number of a part, from 1, and how many there are; nil for any other name.
  static func number(of name: String) -> (part: Int, count: Int)? {
    guard name.hasSuffix(".gguf") else { return nil }
    let pieces = name.dropLast(5).split(separator: "-").suffix(3)
    guard pieces.count == 3, let part = pieces.first.flatMap({ Int($0) }), pieces.dropFirst().first == "of",
      let count = pieces.last.flatMap({ Int($0) }), part >= 1, part <= count
    else { return nil }
    return (part, count)
  }
}
