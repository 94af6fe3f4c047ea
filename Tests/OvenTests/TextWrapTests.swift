import Testing
import oven

@Suite("Lines of reports")
struct TextWrapTests {
  @Test func whatFitsIsLeftAsItIs() {
    #expect(TextWrap.row("  a  b", width: 6) == ["  a  b"])
    #expect(TextWrap.row(TerminalText.style("32") + "good" + TerminalText.style("0"), width: 4).count == 1)
  }

  @Test func theLastColumnGoesOnBelowItself() {
    #expect(
      TextWrap.row("  ok plugin   its libraries are all there", width: 30) == [
        "  ok plugin   its libraries", String(repeating: " ", count: 14) + "are all there",
      ])
    // Too far to the right: a little behind the beginning.
    #expect(
      TextWrap.row("  one two three four five six  end of it", width: 20) == [
        "  one two three", "    four five six", "    end of it",
      ])
    #expect(TextWrap.row("no column in here at all", width: 12) == ["no column", "  in here at", "  all"])
  }

  @Test(arguments: [20, 40, 80]) func linesAreNotWiderThanTheTerminal(_ width: Int) {
    let line = "  ✓ runtime          a path, 日本語 and " + String(repeating: "words ", count: 40)
    let rows = TextWrap.row(line, width: width)
    #expect(rows.allSatisfy { TerminalText.width($0) <= width })
    #expect(rows.joined().filter { $0 != " " } == line.filter { $0 != " " })
  }

  @Test func aNumberKeepsItsUnit() {
    #expect(TextWrap.lines("first after 0.5 s", width: 15) == ["first after", "0.5 s"])
    #expect(TextWrap.lines("12 MB, 100 %.", width: 7) == ["12 MB,", "100 %."])
    #expect(TextWrap.lines("12 minutes s", width: 7) == ["12", "minutes", "s"])
  }
}
