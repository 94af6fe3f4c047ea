/// Guesses how a text goes on from what stood in it before: where its last tokens were seen, what followed them may follow
/// again. Texts that are edited or summed up repeat much of their prompt, in long pieces; others repeat a few words here and
/// there. So a guess that does not come true makes the next one wait for twice as many tokens that were seen before.
package struct PromptLookup {
  /// Three tokens in a row.
  private struct Gram: Hashable {
    var first: Int
    var second: Int
    var third: Int
  }

  private static let gramLength = 3
  /// The tokens to guess at least. With the token before them, `mostGuesses` are as many rows as products take in one go over
  /// the weights.
  private static let (fewestGuesses, mostGuesses) = (2, 7)
  /// As many tokens in a row as are asked for at most.
  private static let longestMatch = 48

  /// Where the token after each gram stands; the last place counts.
  private var places: [Gram: Int] = [:]
  /// The tokens that were looked at.
  private var seen = 0
  /// As many tokens in a row must have been seen before; and so many had, before the last guess.
  private var (needed, matched) = (PromptLookup.gramLength, 0)
  /// What the last guesses that came true suggest.
  private var length = PromptLookup.fewestGuesses

  /// Nothing was seen.
  package init() {}

  /// The tokens that may follow; often none.
  package mutating func guesses(after tokens: [Int], atMost limit: Int) -> ArraySlice<Int> {
    note(tokens)
    guard limit > 0, tokens.count >= Self.gramLength, let place = places[gram(tokens, before: tokens.count)]
    else {
      return []
    }
    matched = Self.match(tokens, at: place)
    guard matched >= needed else { return [] }
    return tokens[place...].prefix(min(max(length, matched / 3), Self.mostGuesses, limit))
  }

  /// What became of the last guesses.
  package mutating func judge(guessed: Int, accepted: Int) {
    guard guessed > 0 else { return }
    if accepted == guessed {
      length = min(Self.mostGuesses, length * 2)
      needed = max(Self.gramLength, needed / 2)
    } else if 2 * accepted >= guessed {
      length = max(Self.fewestGuesses, accepted)
    } else {
      length = Self.fewestGuesses
      needed = min(Self.longestMatch, 2 * max(needed, min(matched, Self.longestMatch)))
    }
  }

  /// How many tokens before a place equal those at the text's end.
  private static func match(_ tokens: [Int], at place: Int) -> Int {
    var count = 0
    while count < longestMatch, count < place, tokens[place - 1 - count] == tokens[tokens.count - 1 - count] {
      count += 1
    }
    return count
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
