/// The added tokens of a tokenizer, as they come to be when lists of them are added one after the other.
///
/// A token that is added again keeps its id and takes the flags of the last time, with two exceptions that the
/// reference makes: what was special once stays so, and the token is looked for in every form (as given, or
/// normalized) that it was ever added in.
package struct AddedVocabulary: Sendable {
  /// A form in which a token is looked for.
  struct Form: Sendable {
    /// The token's place in `tokens`.
    var index: Int
    var isNormalized: Bool
  }

  /// One token for every text, with the id that is used for it.
  package private(set) var tokens: [AddedToken] = []
  private var specialForms: [Form] = []
  private var plainForms: [Form] = []
  private var indices: [[UInt8]: Int] = [:]
  private var highestID = -1

  init() {}

  /// What is looked for. Of two that are the same once normalized, the reference prefers a special one.
  var forms: [Form] { specialForms + plainForms }

  /// Adds `batch` beside the model's `vocabulary`: a token has the id that it has there, or else the next free one.
  /// The ids in `batch` do not matter; they agree with these in every sound file.
  mutating func add(_ batch: [AddedToken], to vocabulary: Vocabulary) {
    let batch = batch.filter { !$0.content.isEmpty }
    for token in batch { note(token, vocabulary) }
    for token in batch where token.isSpecial {
      let index = note(token, vocabulary)
      guard !tokens[index].isSpecial else { continue }
      tokens[index].isSpecial = true
      specialForms.append(Form(index: index, isNormalized: token.isNormalized))
    }
    for token in batch {
      let index = note(token, vocabulary)
      let (id, isSpecial) = (tokens[index].id, tokens[index].isSpecial)
      tokens[index] = token
      (tokens[index].id, tokens[index].isSpecial) = (id, isSpecial)
      if !isSpecial { plainForms.append(Form(index: index, isNormalized: token.isNormalized)) }
    }
  }

  /// The place of a token, which gets one, and an id, if it has none.
  @discardableResult
  private mutating func note(_ token: AddedToken, _ vocabulary: Vocabulary) -> Int {
    let content = Array(token.content.utf8)
    if let index = indices[content] { return index }
    var token = token
    token.id = vocabulary.id(of: content).map(Int.init) ?? max(highestID + 1, vocabulary.count)
    token.isSpecial = false
    highestID = max(highestID, token.id)
    indices[content] = tokens.count
    tokens.append(token)
    return tokens.count - 1
  }
}
