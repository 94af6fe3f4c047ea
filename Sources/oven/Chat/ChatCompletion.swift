/// What Tab makes of what is typed: commands of the chat, and what belongs behind them.
package struct ChatCompletion: Sendable {
  /// The names in a folder, those of folders with a slash at their end.
  private let list: @Sendable (String) -> [String]
  private let models: @Sendable () -> [String]

  /// - Parameters:
  ///   - list: the names in a folder, those of folders with a slash at their end.
  ///   - models: the names of the store.
  package init(list: @escaping @Sendable (String) -> [String], models: @escaping @Sendable () -> [String]) {
    self.list = list
    self.models = models
  }

  /// What could stand in the place of the last word.
  package struct Result: Equatable, Sendable {
    /// How many characters before the cursor it would replace.
    package let replaced: Int
    /// All that it could be, sorted.
    package let candidates: [String]

    /// The beginning that all candidates have.
    package var common: String {
      guard var common = candidates.first else { return "" }
      for candidate in candidates.dropFirst() {
        common = String(zip(common, candidate).prefix { $0 == $1 }.map(\.0))
      }
      return common
    }
  }

  /// Completes the text before the cursor; nil where Tab is no more than a space.
  package func complete(_ text: String) -> Result? {
    guard text.hasPrefix("/"), !text.contains(where: \.isNewline) else { return nil }
    guard let space = text.firstIndex(of: " ") else { return match(text, ChatSlash.names, ending: " ") }
    let word = String(text[text.index(after: space)...].drop { $0 == " " })
    switch text[..<space] {
    case "/load", "/save": return path(word)
    case "/model": return model(word)
    case "/device": return match(word.uppercased(), ["CPU", "GPU", "NPU"])
    case "/set":
      guard let next = word.firstIndex(of: " ") else { return match(word, ChatSettings.names, ending: " ") }
      let value = String(word[word.index(after: next)...])
      return match(
        value, ["thinking": ["hide", "show"], "raw": ["off", "on"]][String(word[..<next])] ?? [])
    default: return nil
    }
  }

  /// What a model could be named by: the names of the store, and what is in a folder.
  package func model(_ word: String) -> Result {
    let stored = models().filter { $0.hasPrefix(word) }
    return Result(replaced: word.count, candidates: (stored + path(word).candidates).sorted())
  }

  private func match(_ word: String, _ names: [String], ending: String = "") -> Result? {
    let found = names.filter { $0.hasPrefix(word) }.sorted()
    return Result(replaced: word.count, candidates: found.count == 1 ? [found[0] + ending] : found)
  }

  private func path(_ word: String) -> Result {
    let folder = word.lastIndex(of: "/").map { String(word[...$0]) } ?? ""
    let start = word.dropFirst(folder.count)
    let names = list(folder.isEmpty ? "." : folder).filter { name in
      name.hasPrefix(start) && (start.hasPrefix(".") || !name.hasPrefix("."))
    }
    return Result(replaced: word.count, candidates: names.sorted().map { folder + $0 })
  }
}
