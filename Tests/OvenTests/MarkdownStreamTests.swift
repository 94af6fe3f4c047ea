import Testing
import oven

@Suite("Markdown on a terminal")
struct MarkdownStreamTests {
  /// What is seen, with styles as `[1]` and `[]` for their end.
  private func drawn(_ text: String, width: Int = 80, piece: Int = .max, base: String? = nil) -> String {
    var stream = MarkdownStream(width: width, base: base)
    var output = ""
    var rest = Substring(text)
    while !rest.isEmpty {
      output += stream.feed(String(rest.prefix(piece)))
      rest = rest.dropFirst(piece)
    }
    output += stream.finish()
    return output.replacing("\u{10FF00}0;", with: "[").replacing("\u{10FF00}0", with: "[")
      .replacing("\u{10FF01}", with: "]")
  }

  @Test(arguments: [
    ("plain words", "plain words"),
    ("a **bold** word", "a [1]bold[] word"),
    ("*so* and _so_", "[3]so[] and [3]so[]"),
    ("***both***", "[1;3]both[]"),
    ("call `f(x)` now", "call [36]f(x)[] now"),
    ("``a ` b``", "[36]a ` b[]"),
    // What only looks like marks.
    ("2 * 3 * 4", "2 * 3 * 4"), ("2*3*4", "2*3*4"), ("snake_case_name", "snake_case_name"),
    ("2**10", "2[1]10[]"), ("\\*literal\\*", "*literal*"), ("\\(x\\)", "\\(x\\)"), ("5 ** 2", "5 ** 2"),
    ("in`*`side", "in[36]*[]side"),
    // Lines.
    ("# Title\ntext", "[1]Title[]\ntext"), ("#hashtag", "#hashtag"),
    ("- one\n* two\n+ three", "• one\n• two\n• three"), ("-5 degrees", "-5 degrees"), ("- **b**", "• [1]b[]"),
    ("1. one\n10) ten", "1. one\n10) ten"), ("1.5 is more", "1.5 is more"), ("1999 was", "1999 was"),
    ("> said", "│ said"), ("|a|b|", "|a|b|"), ("", ""), ("\n\n", "\n\n"),
    ("```py\nx = **2\n# no\n```\nafter", "[2]```py[][]\n[36]x = **2[]\n[36]# no[]\n[2]```[][]\nafter"),
    ("```\n``\n\n````\ny", "[2]```[][]\n[36]``[]\n[36][]\n[2]````[][]\ny"),
  ])
  func marks(_ text: String, _ expected: String) {
    #expect(drawn(text) == expected)
    // However the text comes in.
    for piece in 1...3 { #expect(drawn(text, piece: piece) == expected, "in pieces of \(piece)") }
  }

  @Test func proseIsBrokenBetweenWords() {
    #expect(drawn("one two three four", width: 10) == "one two\nthree four")
    #expect(drawn("- one two three four", width: 12) == "• one two\n  three four")
    #expect(drawn("12. aa bb cc dd ee", width: 12) == "12. aa bb cc\n    dd ee")
    #expect(drawn("日本語日本語", width: 10) == "日本語日本\n語")
    // A word that is longer than a line is left to the terminal; code is never broken.
    #expect(drawn("abcdefghijklmno pq", width: 10) == "abcdefghijklmno pq")
    #expect(drawn("```\n1 2 3 4 5 6 7 8\n```", width: 10).contains("1 2 3 4 5 6 7 8"))
  }

  /// Nothing is lost but marks: the words of a text are those that are seen.
  @Test(arguments: [16, 23, 40, 80]) func noWordIsLost(_ width: Int) {
    let text = """
      # Heading with **bold** words

      A paragraph that is long enough to be broken at any of these widths, with `code` and *emphasis*.

      1. first thing to do, which takes more than one line at most of the widths
         - inner thing
      ---
      > a quote of somebody who has a lot to say about nothing in particular
      """
    let seen = drawn(text, width: width).replacing(/\[[0-9;]*\]/, with: "")
    let wanted = text.filter { !"#*`".contains($0) }.replacing("- ", with: "• ").replacing("---", with: "")
      .replacing("> ", with: "│ ")
    func words(_ text: String) -> [String] {
      text.split(whereSeparator: \.isWhitespace).map(String.init).filter { !$0.allSatisfy { $0 == "─" } }
    }
    #expect(words(seen) == words(wanted))
    for line in seen.split(separator: "\n") where line.contains(" ") {
      #expect(line.count <= width, "\(line)")
    }
  }

  @Test func thinkingIsDimAndNothingElse() {
    #expect(drawn("so **what**", base: "2") == "[2]so **what**")
  }
}

@Suite("Thinking")
struct ThinkingSplitterTests {
  private func pieces(_ text: String, isOpen: Bool = false, piece: Int) -> [ThinkingSplitter.Piece] {
    var splitter = ThinkingSplitter(isOpen: isOpen)
    var result: [ThinkingSplitter.Piece] = []
    func add(_ pieces: [ThinkingSplitter.Piece]) {
      for piece in pieces {
        if let last = result.last, last.isThinking == piece.isThinking {
          result[result.count - 1] = .init(isThinking: last.isThinking, text: last.text + piece.text)
        } else {
          result.append(piece)
        }
      }
    }
    var rest = Substring(text)
    while !rest.isEmpty {
      add(splitter.feed(String(rest.prefix(piece))))
      rest = rest.dropFirst(piece)
    }
    add(splitter.finish())
    return result
  }

  @Test(arguments: [1, 2, 7, 100]) func marksDivide(_ piece: Int) {
    func split(_ text: String, isOpen: Bool = false) -> [ThinkingSplitter.Piece] {
      pieces(text, isOpen: isOpen, piece: piece)
    }
    let both: [ThinkingSplitter.Piece] = [
      .init(isThinking: true, text: "hm < 3\n"), .init(isThinking: false, text: "Yes."),
    ]
    #expect(split("<think>\nhm < 3\n</think>\n\nYes.") == both)
    #expect(split("hm < 3\n</think>Yes.", isOpen: true) == both)
    #expect(split("[THINK]hm < 3\n[/THINK]Yes.") == both)
    #expect(split("<think></think>\nYes.") == [.init(isThinking: false, text: "Yes.")])
    #expect(
      split("Say <think> aloud </think>.") == [.init(isThinking: false, text: "Say <think> aloud </think>.")])
    #expect(split("<thin ice") == [.init(isThinking: false, text: "<thin ice")])
    #expect(split("<think>cut of") == [.init(isThinking: true, text: "cut of")])
    #expect(split("\n<think>a</think>") == [.init(isThinking: true, text: "a")])
  }

  @Test func promptsThatLeaveAModelThinking() {
    #expect(
      ThinkingSplitter.opens("<|assistant|>\n<think>\n") && !ThinkingSplitter.opens("<think></think>\n"))
  }
}
