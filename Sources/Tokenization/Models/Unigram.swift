import Text

/// The unigram language model of SentencePiece: of all ways to cut a piece, the one with the highest score.
package struct Unigram: Sendable {
  package let vocabulary: Vocabulary
  /// The score of each id, a logarithm of a probability.
  package let scores: [Double]
  /// Stands for characters that no token covers.
  package let unknownID: Int?
  /// Characters that no token covers are written as `<0x..>` tokens, a byte each.
  package let fallsBackToBytes: Bool

  private let trie: TokenTrie
  private let unknownScore: Double
  private let byteTokens: [UInt32?]

  init(_ component: ComponentJSON, _ tables: ModelTables) throws(TokenizerError) {
    vocabulary = try tables.vocabulary()
    scores = tables.scores
    guard scores.count == vocabulary.count else {
      throw component.malformed("vocab", expected: "a list of tokens with scores")
    }
    unknownID = component.has("unk_id") ? try component.integer("unk_id") : nil
    if let unknownID, unknownID >= scores.count {
      throw TokenizerError(
        .inconsistent, "\(component.path).unk_id is \(unknownID), the vocabulary has \(scores.count) tokens")
    }
    fallsBackToBytes = try component.bool("byte_fallback", default: false)
    trie = TokenTrie(tables.tokens)
    // The penalty of ten below the worst token is SentencePiece's.
    unknownScore = (scores.min() ?? 0) - 10
    byteTokens = fallsBackToBytes ? ByteTokens.ids(in: vocabulary) : []
  }

  private struct Node {
    var score = 0.0
    var start: Int32 = -1
    var id: Int32 = -1
  }

  /// Appends the tokens of a piece. Without an unknown token, what no token covers is left out.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, into sink: inout TokenSink) {
    guard !piece.isEmpty else { return }
    let nodes = bestPath(through: piece)
    var path: [(range: Range<Int>, id: Int32)] = []
    var end = piece.count
    while end > 0 {
      let node = nodes[end]
      let start = Int(node.start)
      if node.id < 0, let last = path.last, last.id < 0 {
        path[path.count - 1].range = start..<last.range.upperBound
      } else {
        path.append((start..<end, node.id))
      }
      end = start
    }
    for (range, id) in path.reversed() {
      if id >= 0 {
        sink.append(UInt32(id), length: range.count)
      } else {
        appendUnknown(piece.slice(range), into: &sink)
      }
    }
  }

  /// For each place that a character ends at, the best token that ends there; id -1 is the unknown token.
  private func bestPath(through piece: UnsafeBufferPointer<UInt8>) -> [Node] {
    var nodes = [Node](repeating: Node(), count: piece.count + 1)
    let unknown = unknownID.map { Int32($0) } ?? -1
    nodes.withUnsafeMutableBufferPointer { nodes in
      var start = 0
      while start < piece.count {
        let score = nodes[start].score
        let length = piece.scalar(at: start).length
        var coversCharacter = false
        trie.forEachPrefix(of: piece, from: start) { end, token in
          let candidate = score + scores[token]
          if nodes[end].start < 0 || candidate > nodes[end].score {
            // The unknown token is recognised by its id even where its own text stands in the piece.
            let id = Int32(token)
            nodes[end] = Node(score: candidate, start: Int32(start), id: id == unknown ? -1 : id)
          }
          if end == start + length { coversCharacter = true }
        }
        if !coversCharacter {
          let candidate = score + unknownScore
          let end = start + length
          if nodes[end].start < 0 || candidate > nodes[end].score {
            nodes[end] = Node(score: candidate, start: Int32(start), id: -1)
          }
        }
        start += length
      }
    }
    return nodes
  }

  private func appendUnknown(_ text: UnsafeBufferPointer<UInt8>, into sink: inout TokenSink) {
    // Adjacent unknown characters may spell a token that the scores did not choose.
    if let id = vocabulary.id(of: text) { return sink.append(UInt32(id), length: text.count) }
    if fallsBackToBytes, text.allSatisfy({ byteTokens[Int($0)] != nil }) {
      for byte in text { sink.append(byteTokens[Int(byte)] ?? 0, length: 1) }
    } else if let unknownID {
      sink.append(UInt32(unknownID), length: text.count)
    }
  }
}
