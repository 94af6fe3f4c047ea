import Generation
import Testing

@Suite("Stop strings")
struct StopStringTests {
  private func feed(_ stops: [String], _ pieces: [String]) -> (text: [String], stop: String?, rest: String) {
    var search = StopStrings(stops)
    var texts: [String] = []
    for piece in pieces {
      let outcome = search.append(piece)
      texts.append(outcome.text)
      if outcome.stop != nil { return (texts, outcome.stop, "") }
    }
    return (texts, nil, search.finish())
  }

  @Test("found across pieces; only what may become one is held back")
  func acrossPieces() {
    let (text, stop, _) = feed(["###"], ["Hello #", "# wor", "ld#", "#", "# no"])
    #expect(text == ["Hello ", "## wor", "ld", "", ""])
    #expect(stop == "###")
  }

  @Test func whatWasHeldBackComesAtTheEnd() {
    let (text, stop, rest) = feed(["User:"], ["I am a ", "Us", "er"])
    #expect(text == ["I am a ", "", ""] && stop == nil && rest == "User")
  }

  @Test func severalAtOnce() {
    #expect(feed(["abc", "bcd"], ["xab", "cd"]).stop == "abc")
    #expect(feed(["bc", "abc"], ["xabc"]).text == ["x"])
    #expect(feed(["aab"], ["aaab"]).text == ["a"])
    #expect(feed([], ["a", "b"]).text == ["a", "b"])
    #expect(feed(["日本"], ["x日", "本y"]).text == ["x", ""])
    #expect(feed(["\n\n"], ["a\n", "b\n", "\n"]).text == ["a", "\nb", ""])
  }

  @Test("the same as a search in the whole text, for random pieces")
  func random() {
    var random = RandomSource(seed: 11)
    for _ in 0..<2000 {
      let stops = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        String(
          (0..<Int.random(in: 1...4, using: &random)).map { _ in "abé".randomElement(using: &random) ?? "a" })
      }
      let pieces = (0..<8).map { _ in
        String(
          (0..<Int.random(in: 0...4, using: &random)).map { _ in "abéc".randomElement(using: &random) ?? "a" }
        )
      }
      let whole = pieces.joined()
      // The first to be complete, the longest of those that are complete at once.
      let ends = stops.compactMap { stop in whole.firstRange(of: stop).map { ($0.upperBound, stop.count) } }
      let first = ends.min { ($0.0, -$0.1) < ($1.0, -$1.1) }
      let (text, stop, rest) = feed(stops, pieces)
      #expect((stop == nil) == (first == nil))
      let expected = first.map { String(whole[..<$0.0].dropLast($0.1)) } ?? whole
      #expect(text.joined() + rest == expected, "\(stops) in \(pieces)")
    }
  }
}

@Suite("Conversations")
struct ChatSessionTests {
  /// A token a character, so that tokens tell what was encoded.
  private func session(trims: Bool = false) -> ChatSession {
    ChatSession(
      render: { messages in
        messages.map { "<\($0.role.first ?? "?")>\(trims ? $0.content.filter { $0 != " " } : $0.content)|" }
          .joined() + "<a>"
      },
      encode: { $0.unicodeScalars.map { Int($0.value) } })
  }

  private func text(_ ids: [Int]) -> String {
    String(ids.map { Character(Unicode.Scalar(UInt32($0)) ?? "?") })
  }

  @Test("the model's own tokens stay, only new text is encoded")
  func continuing() throws {
    var session = session()
    session.setSystem("S")
    #expect(text(try session.ask("hi")) == "<s>S|<u>hi|<a>")
    // The model chose one token, 1000, for what would be encoded as two.
    session.answer("yo", tokens: [1000])
    let ids = try session.ask("more")
    #expect(ids.contains(1000))
    #expect(text(Array(ids.drop { $0 != 1000 }.dropFirst())) == "|<u>more|<a>")
    #expect(session.messages.map(\.role) == ["system", "user", "assistant", "user"])
  }

  @Test func aTemplateThatChangesAnswersMeansEncodingAgain() throws {
    var session = session(trims: true)
    _ = try session.ask("a")
    session.answer("b c", tokens: [1000])
    #expect(text(try session.ask("d")) == "<u>a|<a>bc|<u>d|<a>")
  }

  @Test func inexactAnswersAreEncodedAgain() throws {
    var session = session()
    _ = try session.ask("a")
    session.answer("b", tokens: [1000, 1001], isExact: false)
    #expect(text(try session.ask("d")) == "<u>a|<a>b|<u>d|<a>")
  }

  @Test func takingBackAndBeginningAgain() throws {
    var session = session()
    session.setSystem("S")
    _ = try session.ask("a")
    session.answer("b", tokens: [1000])
    _ = try session.ask("c")
    #expect(session.takeBack() == "c")
    #expect(session.messages.count == 3)
    #expect(session.takeBack() == "a")
    #expect(session.takeBack() == nil)
    session.setSystem("T")
    session.reset()
    #expect(text(try session.ask("z")) == "<s>T|<u>z|<a>")
    session.setSystem(nil)
    #expect(session.messages.first?.role == "user")
  }

  @Test func messagesAsJSON() {
    let message = ChatMessage(role: "user", content: "x")
    #expect(ChatMessage(json: message.json) == message)
    #expect(ChatMessage(json: ["role": "user"]) == nil)
  }
}
