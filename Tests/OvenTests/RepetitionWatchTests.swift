import Testing

import oven

@Suite struct RepetitionWatchTests {
  /// Whether an answer is one that goes round, when it comes in small pieces.
  private func isCircle(_ text: String) -> Bool {
    var watch = RepetitionWatch()
    var rest = text[...]
    while !rest.isEmpty {
      watch.add(String(rest.prefix(7)))
      rest = rest.dropFirst(7)
    }
    return watch.isCircle
  }

  @Test(arguments: [1, 2, 33, 500, 1500])
  func aPieceAgainAndAgainIsACircle(_ length: Int) {
    let piece = (0..<length).map { "\($0)é" }.joined().prefix(length)
    let text = "Once upon a time " + String(repeating: String(piece), count: max(5000, length * 12) / length)
    #expect(isCircle(text))
  }

  @Test func whatAUserMayHaveAskedForIsNone() {
    #expect(!isCircle(""))
    #expect(!isCircle(String(repeating: "I shall not talk in class.\n", count: 100)))
    #expect(!isCircle((1...2000).map { "\($0). Beach towel\n" }.joined()))
    // Alike, but for the last of them.
    let paragraph = String(repeating: "All work and no play. ", count: 30)
    #expect(!isCircle((1...40).map { paragraph + "\($0)\n" }.joined()))
  }

  @Test func whatHasEndedTheCircleCountsAnew() {
    var text = String(repeating: "round and ", count: 350)
    text += "out. " + String(repeating: "round and ", count: 350)
    #expect(!isCircle(text))
  }
}
