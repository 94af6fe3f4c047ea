/// Lines that were entered before, the way up and down through them, and the line that was being typed meanwhile.
package struct LineHistory {
  private var entries: [String] = []
  private var position = 0
  private var draft = ""
  private let limit: Int

  /// - Parameters:
  ///   - entries: lines of earlier runs, the oldest first.
  ///   - limit: how many lines are kept.
  package init(_ entries: [String] = [], limit: Int = 1000) {
    self.entries = entries.suffix(limit)
    self.limit = limit
    position = self.entries.count
  }

  /// Adds a line, unless it is empty or the same as the last one.
  package mutating func add(_ line: String) {
    if !line.isEmpty, entries.last != line { entries.append(line) }
    if entries.count > limit { entries.removeFirst() }
    position = entries.count
    draft = ""
  }

  /// The line before or after the one that is shown; nil at either end.
  package mutating func move(_ direction: Int, from current: String) -> String? {
    let target = position + direction
    guard (0...entries.count).contains(target) else { return nil }
    if position == entries.count { draft = current }
    position = target
    return position == entries.count ? draft : entries[position]
  }
}
