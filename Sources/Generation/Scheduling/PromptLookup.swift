/// Guesses how a text goes on from what stood in it before: where its last three tokens were seen, what followed them may
/// follow again. Texts that are edited or summed up repeat much of their prompt; others pay little for it, since guesses
/// that do not come true make the next one wait twice as long.
struct PromptLookup {
  /// Three tokens in a row.
  private struct Gram: Hashable {
    var first: Int
    var second: Int
    var third: Int
  }

  private static let gramLength = 3

  /// Where the token after each gram stands; the last place counts.
  private var places: [Gram: Int] = [:]
  /// The tokens that were looked at.
  private var seen = 0
  private var pace = GuessPace()

  /// The tokens that may follow; often none.
  mutating func guesses(after tokens: [Int], atMost limit: Int) -> ArraySlice<Int> {
    note(tokens)
    guard limit > 0, tokens.count >= Self.gramLength, pace.allows(at: tokens.count),
      let place = places[gram(tokens, before: tokens.count)]
    else { return [] }
    return tokens[place...].prefix(min(pace.length, limit))
  }

  /// What became of guesses after `count` tokens.
  mutating func judge(guessed: Int, accepted: Int, at count: Int) {
    pace.judge(guessed: guessed, accepted: accepted, at: count)
  }

  /// Takes the tokens up to the last one in, which is followed by nothing yet.
  private mutating func note(_ tokens: [Int]) {
    for place in max(Self.gramLength, seen)..<max(Self.gramLength, seen, tokens.count) {
      places[gram(tokens, before: place)] = place
    }
    seen = max(seen, tokens.count)
  }

  private func gram(_ tokens: [Int], before place: Int) -> Gram {
    Gram(first: tokens[place - 3], second: tokens[place - 2], third: tokens[place - 1])
  }
}
