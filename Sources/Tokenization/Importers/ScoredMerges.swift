import JSON

/// Merges for a BPE vocabulary that has scores or ranks instead (SentencePiece, tiktoken).
///
/// Every way to cut a piece in two pieces is a merge. Better scores come first, then longer left and right parts,
/// then (among the cuts of one piece) lower ids: the order of transformers' `generate_merges`.
enum ScoredMerges {
  private struct Cut {
    var left: Substring
    var right: Substring
    var score: Float
    var leftLength: Int
    var rightLength: Int
  }

  /// `pieces` by id, each with its score; higher scores merge first.
  static func make(_ pieces: [String], scores: [Float]) -> [JSON] {
    var cuts = cuts(pieces) { scores[$0] }
    // Swift's sort is stable, as Python's is.
    cuts.sort { ($0.score, $0.leftLength, $0.rightLength) > ($1.score, $1.leftLength, $1.rightLength) }
    return cuts.map { [.string(String($0.left)), .string(String($0.right))] }
  }

  /// `pieces` by rank, where lower ranks merge first.
  static func make(ranked pieces: [String]) -> [JSON] {
    cuts(pieces) { _ in 0 }.map { [.string(String($0.left)), .string(String($0.right))] }
  }

  private static func cuts(_ pieces: [String], score: (Int) -> Float) -> [Cut] {
    var ids = [PieceKey: Int](minimumCapacity: pieces.count)
    for (id, piece) in pieces.enumerated() { ids[PieceKey(piece[...])] = id }
    var cuts: [Cut] = []
    for (id, piece) in pieces.enumerated() {
      let scalars = piece.unicodeScalars
      let count = scalars.count
      if count < 2 { continue }
      var local: [(cut: Cut, left: Int, right: Int)] = []
      var index = scalars.startIndex
      for leftLength in 1..<count {
        index = scalars.index(after: index)
        guard let left = ids[PieceKey(piece[..<index])], let right = ids[PieceKey(piece[index...])] else {
          continue
        }
        let cut = Cut(
          left: piece[..<index], right: piece[index...], score: score(id), leftLength: leftLength,
          rightLength: count - leftLength)
        local.append((cut, left, right))
      }
      cuts += local.sorted { ($0.left, $0.right) < ($1.left, $1.right) }.map(\.cut)
    }
    return cuts
  }
}

/// A piece compared by its bytes; Swift's `==` takes canonically equivalent texts for the same.
private struct PieceKey: Hashable {
  let text: Substring

  init(_ text: Substring) { self.text = text }

  static func == (left: PieceKey, right: PieceKey) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
