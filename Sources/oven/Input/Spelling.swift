/// What somebody may have meant who misspelt a name.
package enum Spelling {
  /// The name nearest to `word`, if it is near: every third letter may be wrong, but not the only one. Where none is,
  /// the one that has the word in it, if it is long enough to mean something.
  package static func nearest(to word: String, in names: some Collection<String>) -> String? {
    let wanted = plain(word)
    guard !wanted.isEmpty else { return nil }
    let near = names.map { (name: $0, distance: distance(wanted, plain($0))) }
      .filter { $0.distance <= max(1, wanted.count / 3) && $0.distance < wanted.count }
    if let nearest = near.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) { return nearest.name }
    guard wanted.count >= 4 else { return nil }
    let longer = names.filter { String(plain($0)).contains(String(wanted)) }
    return longer.count == 1 ? longer[0] : nil
  }

  /// How many letters must be put in, taken out, exchanged or swapped with their neighbour to make one of the other.
  package static func distance(_ first: [Character], _ second: [Character]) -> Int {
    var (before, row) = ([Int](), Array(0...second.count))
    for (i, letter) in first.enumerated() {
      var next = [i + 1]
      for (j, other) in second.enumerated() {
        var cost = min(row[j] + (letter == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
        if i > 0, j > 0, letter == second[j - 1], first[i - 1] == other {
          cost = min(cost, before[j - 1] + 1)
        }
        next.append(cost)
      }
      (before, row) = (row, next)
    }
    return row[second.count]
  }

  /// Case and what separates words do not matter: `--modelxml` is `--model_xml`.
  private static func plain(_ word: String) -> [Character] {
    Array(word.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "/" })
  }
}
