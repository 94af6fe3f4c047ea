/// The tokens of a model and their ids, as bytes: tokens that only look alike stay apart.
package struct Vocabulary: Sendable {
  private let strings: ByteStrings
  private let index: ByteStringIndex
  /// For each id the position of its token in `strings`, -1 where the vocabulary has a hole.
  private let positions: [Int32]

  /// How many tokens there are.
  package var count: Int { strings.count }
  /// One more than the highest id.
  package var upperBound: Int { positions.count }
  /// Length in bytes of the longest token.
  package var longestToken: Int { index.longest }

  /// The vocabulary in which `tokens[i]` has the id `ids[i]`.
  ///
  /// Ids may have holes, but not so many that a table by id would be out of proportion.
  package init(tokens: ByteStrings, ids: [Int32]) throws(TokenizerError) {
    let upperBound = Int(ids.max() ?? -1) + 1
    guard ids.allSatisfy({ $0 >= 0 }), upperBound <= 4 * tokens.count + 65536 else {
      throw TokenizerError(
        .inconsistent, "model.vocab has \(tokens.count) tokens and ids up to \(upperBound - 1)")
    }
    var positions = [Int32](repeating: -1, count: upperBound)
    for (position, id) in ids.enumerated() { positions[Int(id)] = Int32(position) }
    strings = tokens
    self.positions = positions
    index = ByteStringIndex(tokens, values: ids)
  }

  /// The id of a token.
  @inline(__always)
  package func id(of token: UnsafeBufferPointer<UInt8>) -> Int32? { index.value(of: token) }

  /// The id of a token.
  package func id(of token: some Sequence<UInt8>) -> Int32? { index.value(of: token) }

  /// The bytes of the token with an id, nil where there is no such token.
  package func token(of id: Int) -> ArraySlice<UInt8>? {
    guard positions.indices.contains(id), positions[id] >= 0 else { return nil }
    return strings[Int(positions[id])]
  }
}
