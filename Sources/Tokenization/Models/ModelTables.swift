import JSON

/// The big members of a model, read apart from the small ones.
struct ModelTables {
  /// The tokens, in the order of the file.
  var tokens = ByteStrings()
  /// The id of each token.
  var ids: [Int32] = []
  /// The score of each token; Unigram only.
  var scores: [Double] = []
  /// The left and right halves of the merges, one after the other; BPE only.
  var merges = ByteStrings()
  /// Whether the model has a list of merges, be it empty.
  var hasMerges = false

  init() {}

  /// Reads `vocab` and `merges` of a model that is JSON already.
  init(_ model: ComponentJSON) throws(TokenizerError) {
    switch model.json["vocab"] {
    case .object(let members):
      tokens.reserve(strings: members.count, bytes: members.count * 8)
      for (token, id) in members {
        guard let id = id.int, let number = Int32(exactly: id), number >= 0 else {
          throw model.malformed("vocab", expected: "an object of ids")
        }
        tokens.append(token.utf8)
        ids.append(number)
      }
    case .array(let entries):
      for entry in entries {
        guard let token = entry[0]?.string, let score = entry[1]?.double else {
          throw model.malformed("vocab", expected: "a list of tokens with scores")
        }
        tokens.append(token.utf8)
        ids.append(Int32(ids.count))
        scores.append(ReferenceNumber.parse(score.description.utf8) ?? score)
      }
    default: throw model.malformed("vocab", expected: "an object or a list")
    }
    if let list = model.json["merges"]?.array {
      hasMerges = true
      for (index, merge) in list.enumerated() { try append(merge: merge, index: index) }
    }
  }

  private mutating func append(merge: JSON, index: Int) throws(TokenizerError) {
    if let left = merge[0]?.string, let right = merge[1]?.string {
      merges.append(left.utf8)
      merges.append(right.utf8)
    } else if let line = merge.string {
      try append(mergeLine: Array(line.utf8), index: index)
    } else {
      throw Self.badMerge(index)
    }
  }

  /// Appends a merge written as `left right`; a version line is passed over.
  mutating func append(mergeLine line: some Collection<UInt8>, index: Int) throws(TokenizerError) {
    if line.starts(with: Array("#version".utf8)) { return }
    let halves = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard halves.count == 2 else { throw Self.badMerge(index) }
    merges.append(halves[0])
    merges.append(halves[1])
  }

  static func badMerge(_ index: Int) -> TokenizerError {
    TokenizerError(
      .malformed, #"model.merges[\#(index)] should be a pair of tokens, as ["a", "b"] or "a b""#)
  }

  /// The vocabulary of the model.
  func vocabulary() throws(TokenizerError) -> Vocabulary { try Vocabulary(tokens: tokens, ids: ids) }
}
