import Testing
import oven

@Suite("Line layout")
struct LineLayoutTests {
  private func layout(_ text: String, columns: Int, left: Int = 0) -> LineLayout {
    var buffer = LineBuffer()
    buffer.replace(text)
    for _ in 0..<left { buffer.moveLeft() }
    return LineLayout(buffer, prompt: "> ", columns: columns)
  }

  @Test func aShortLine() {
    let layout = layout("abc", columns: 80)
    #expect(layout.text == "> abc")
    #expect((layout.rows, layout.cursorRow, layout.cursorColumn) == (1, 0, 5))
  }

  @Test func aLineThatFillsTheTerminalGoesOnBelow() {
    let layout = layout("abcdef", columns: 8)
    #expect(layout.text == "> abcdef\n")
    #expect((layout.rows, layout.cursorRow, layout.cursorColumn) == (2, 1, 0))
  }

  @Test func wrappedAndOwnLines() {
    let layout = layout("abcdefgh\nij", columns: 8, left: 1)
    #expect(layout.text == "> abcdef\ngh\n  ij")
    #expect((layout.rows, layout.cursorRow, layout.cursorColumn) == (3, 2, 3))
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(layout("日本", columns: 80).cursorColumn == 6)
    #expect(layout("日本", columns: 5).text == "> 日\n本")
    #expect(layout("e\u{301}", columns: 80).cursorColumn == 3)
    #expect(layout("👍", columns: 80).cursorColumn == 4)
  }

  @Test func tabsGoToTheNextStop() {
    let layout = layout("a\tb", columns: 80)
    #expect(layout.text == "> a     b" && layout.cursorColumn == 9)
    #expect(self.layout("\t\t", columns: 12).rows == 2)
  }

  /// Columns as tmux and xterm give them (wcwidth of glibc 2.41, part by part; emoji as Unicode's UTS 51 has them).
  @Test(
    arguments: [
      ("क्षि", 3), ("न्दी", 3), ("नि", 2), ("1\u{FE0F}\u{20E3}", 2), ("🇩🇪", 2), ("👨‍👩‍👧", 2), ("👋🏽", 2), ("한", 2),
      ("ก็", 1),
      ("❤\u{FE0F}", 2), ("❤", 1), ("\u{200B}", 0),
    ] as [(String, Int)])
  func widths(_ text: String, _ expected: Int) {
    #expect(text.reduce(0) { $0 + LineLayout.width(of: $1) } == expected)
  }
}
