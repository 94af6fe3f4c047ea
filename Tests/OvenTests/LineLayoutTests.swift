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
}
