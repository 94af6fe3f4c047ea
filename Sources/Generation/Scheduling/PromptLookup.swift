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
  private static let fewest = 2
  private static let most = 8
  private static let shortestWait = 4
  private static let longestWait = 256

  /// Where the token after each gram stands; the last place counts.
  private var places: [Gram: Int] = [:]
  /// The tokens that were looked at.
  private var seen = 0
  private var length = PromptLookup.fewest
  private var wait = PromptLookup.shortestWait
  /// The tokens before which nothing is guessed.
  private var silentUntil = 0

  /// The tokens that may follow; often none.
  mutating func guesses(after tokens: [Int], atMost limit: Int) -> ArraySlice<Int> {
    note(tokens)
    guard limit > 0, tokens.count >= Self.gramLength, tokens.count >= silentUntil,
      let place = places[gram(tokens, before: tokens.count)]
    else { return [] }
    return tokens[place...].prefix(min(length, limit))
  }

  /// What became of guesses after `count` tokens.
  mutating func judge(guessed: Int, accepted: Int, at count: Int) {
    guard guessed > 0 else { return }
    if accepted == guessed {
      length = min(Self.most, length * 2)
      wait = Self.shortestWait
    } else if 2 * accepted >= guessed {
      length = max(Self.fewest, accepted)
    } else {
      length = Self.fewest
      silentUntil = count + wait
      wait = min(Self.longestWait, 2 * wait)
    }
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
