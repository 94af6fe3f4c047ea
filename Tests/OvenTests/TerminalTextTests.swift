import Testing
import oven

/// What others wrote never reaches a terminal as a command.
@Suite struct TerminalTextTests {
  @Test(arguments: [
    // Clear the screen; name the window; a line over the one above; C1's CSI; a bell; a colour.
    ("\u{1B}[2J", "␛[2J"), ("\u{1B}]0;root\u{7}", "␛]0;root␇"), ("safe\rrm", "safe␍rm"),
    ("\u{9B}31m", "\u{FFFD}31m"),
    ("a\u{0}b\u{8}\u{7F}", "a␀b␈␡"), ("\u{1B}[31mred\u{1B}[0m", "␛[31mred␛[0m"),
    ("\u{1B}\u{301}[2J", "␛\u{301}[2J"),
    ("a\u{202E}gpj.exe", "a\u{FFFD}gpj.exe"),
    ("\u{85}\u{90}x\u{9C}", "\u{FFFD}\u{FFFD}x\u{FFFD}"),
  ])
  func controlCharactersAreShown(text: String, shown: String) {
    #expect(Array(TerminalText.safe(text).unicodeScalars) == Array(shown.unicodeScalars))
  }

  @Test(arguments: [
    "", "plain\n\ttext\n", "Zürich ©®, 日本, 👍🏽, e\u{301}, ﷽ \u{FEFF}", "a\r\nb",
    "“x” – \u{200F}\u{2067}א\u{2069}", "\u{A0}\u{10FFFD}",
  ])
  func everythingElseStays(text: String) {
    #expect(Array(TerminalText.safe(text).unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test func ourColoursAreTheOnlyEscapes() {
    let text = TerminalText.style("31") + "\u{1B}[2Jx" + TerminalText.style("0")
    #expect(TerminalText.safe(text) == "\u{1B}[31m␛[2Jx\u{1B}[0m")
    #expect(TerminalText.safe(text, keepsStyles: false) == "31␛[2Jx0")
    // Nothing but a colour comes out of a mark.
    for code in ["2J", "31m\u{1B}[2J", "", "?1049h", "1;2;3;4;5;6;7;8;9;0"] {
      #expect(!TerminalText.safe(TerminalText.style(code)).contains("\u{1B}"))
    }
    #expect(!TerminalText.safe("\u{10FF00}\u{10FF00}31").contains("\u{1B}"))
  }

  /// A line of yesterday's history, recalled in the editor.
  @Test func theEditorShowsThemToo() {
    var buffer = LineBuffer()
    buffer.replace("a\u{1B}]0;x\u{7}b\r\nc")
    let layout = LineLayout(buffer, prompt: "> ", columns: 80)
    #expect(layout.text == "> a␛]0;x␇b\n  c")
    #expect((layout.rows, layout.cursorRow, layout.cursorColumn) == (2, 1, 3))
  }
}
