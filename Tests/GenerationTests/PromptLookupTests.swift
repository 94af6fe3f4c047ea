import Testing

import Generation

/// What a text suggests of its own end, and what wrong suggestions cost.
struct PromptLookupTests {
  @Test func whatFollowedThreeTokensIsGuessed() {
    var lookup = PromptLookup()
    #expect(lookup.guesses(after: [1, 2, 3, 4, 5, 9, 1, 2, 3], atMost: 7) == [4, 5])
    #expect(lookup.guesses(after: [1, 2, 3, 4, 5, 9, 1, 2, 3], atMost: 1) == [4])
    #expect(lookup.guesses(after: [1, 2, 3, 4, 5, 9, 1, 2, 3], atMost: 0).isEmpty)
    #expect(lookup.guesses(after: [1, 2], atMost: 7).isEmpty)
    #expect(lookup.guesses(after: [], atMost: 7).isEmpty)
  }

  @Test func guessesGrowWhereTheyComeTrue() {
    let text = Array(1...100)
    var lookup = PromptLookup(), tokens = text + [200, 1, 2, 3], lengths: [Int] = []
    for _ in 0..<4 {
      let guesses = lookup.guesses(after: tokens, atMost: 100)
      lengths.append(guesses.count)
      lookup.judge(guessed: guesses.count, accepted: guesses.count)
      tokens += guesses
    }
    #expect(lengths == [2, 4, 7, 7])
    #expect(tokens == text + [200] + Array(1...23))
  }

  /// A few words that came before by chance are tried once; a long piece of the text is guessed again, and at once by more.
  @Test func aWrongGuessMakesTheNextWaitForALongerMatch() {
    let text = Array(1...40)
    var lookup = PromptLookup()
    var tokens = text + [200, 1, 2, 3]
    let guesses = lookup.guesses(after: tokens, atMost: 100)
    lookup.judge(guessed: guesses.count, accepted: 0)
    tokens += [201, 11, 12, 13, 14]
    #expect(lookup.guesses(after: tokens, atMost: 100).isEmpty)
    tokens += [15]
    #expect(lookup.guesses(after: tokens, atMost: 100).isEmpty)
    tokens += [16]
    #expect(lookup.guesses(after: tokens, atMost: 100) == [17, 18])
    tokens += [17, 18, 19]
    #expect(lookup.guesses(after: tokens, atMost: 100) == [20, 21, 22])
  }
}
