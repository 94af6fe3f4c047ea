/// How many tokens to guess, and whether to guess at all, by what became of earlier guesses. Guesses that do not come true
/// make the next one wait twice as long, so that texts that nobody can guess pay little for it.
struct GuessPace {
  private static let fewest = 2
  /// With the token before them as many rows as products take in one go over the weights.
  private static let most = 7
  private static let shortestWait = 4
  private static let longestWait = 256

  /// The tokens to guess next.
  private(set) var length = GuessPace.fewest
  private var wait = GuessPace.shortestWait
  /// The tokens before which nothing is guessed.
  private var silentUntil = 0

  /// Whether a guess may be made after `count` tokens.
  func allows(at count: Int) -> Bool { count >= silentUntil }

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
}
