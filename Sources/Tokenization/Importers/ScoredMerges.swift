import JSON

/// Merges for a BPE vocabulary that has scores instead (SentencePiece).
///
/// Every way to cut a piece in two pieces is a merge; better scores come first, then longer left and right parts,
/// then (among the cuts of one piece) lower ids, which is the order of transformers' `generate_merges`.
enum ScoredMerges {
  private struct Cut {
    var left: Substring
    var right: Substring
    var score: Float
    var leftLength: Int
    var rightLength: Int
  }

  static func make(_ pieces: [String], scores: [Float]) -> [JSON] {
    var ids = [Substring: Int](minimumCapacity: pieces.count)
    for (id, piece) in pieces.enumerated() { ids[piece[...]] = id }
    var cuts: [Cut] = []
    for (id, piece) in pieces.enumerated() {
      let scalars = piece.unicodeScalars
      let count = scalars.count
      var local: [(cut: Cut, left: Int, right: Int)] = []
      var index = scalars.startIndex
      for leftLength in 1..<max(count, 1) {
        index = scalars.index(after: index)
        guard let left = ids[piece[..<index]], let right = ids[piece[index...]] else { continue }
        let cut = Cut(
          left: piece[..<index], right: piece[index...], score: scores[id], leftLength: leftLength,
          rightLength: count - leftLength)
        local.append((cut, left, right))
      }
      cuts += local.sorted { ($0.left, $0.right) < ($1.left, $1.right) }.map(\.cut)
    }
    // Swift's sort is stable, as Python's is.
    cuts.sort { ($0.score, $0.leftLength, $0.rightLength) > ($1.score, $1.leftLength, $1.rightLength) }
    return cuts.map { [.string(String($0.left)), .string(String($0.right))] }
  }
}
