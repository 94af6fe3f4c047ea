/// A line editor without its terminal: keys in, text and outcome out. The keys are those of Emacs, as in shells.
package struct LineState {
  /// What a key led to.
  package enum Outcome: Equatable, Sendable {
    case editing
    /// Enter: the text.
    case submitted(String)
    /// Ctrl-D without text.
    case ended
    /// Ctrl-C without text.
    case interrupted
    /// Ctrl-L.
    case clearScreen
    /// Ctrl-Z.
    case suspend
    /// Tab where there is a choice.
    case choices([String])
  }

  /// The text and the cursor.
  package private(set) var buffer = LineBuffer()
  private var history: LineHistory
  private let completion: ChatCompletion?

  /// An editor with the lines of earlier calls, and with what Tab completes.
  package init(history: LineHistory = LineHistory(), completion: ChatCompletion? = nil) {
    self.history = history
    self.completion = completion
  }

  /// Begins with a text.
  package mutating func begin(_ text: String) { buffer.replace(text) }

  /// Applies a key.
  package mutating func handle(_ key: Key) -> Outcome {
    switch key {
    case .text(let text): buffer.insert(text)
    case .paste(let text): buffer.insert(text)
    case .tab: return complete()
    case .newline: buffer.insert("\n")
    case .enter: return submit()
    case .escape: break
    case .backspace: buffer.deleteBackward()
    case .delete: buffer.deleteForward()
    case .left: buffer.moveLeft()
    case .right: buffer.moveRight()
    case .wordLeft: buffer.moveWordLeft()
    case .wordRight: buffer.moveWordRight()
    case .home: buffer.moveHome()
    case .end: buffer.moveEnd()
    case .up: moveUpOrDown(-1)
    case .down: moveUpOrDown(1)
    case .control(let letter): return control(letter)
    }
    return .editing
  }

  private mutating func control(_ letter: Character) -> Outcome {
    switch letter {
    case "a": buffer.moveHome()
    case "e": buffer.moveEnd()
    case "b": buffer.moveLeft()
    case "f": buffer.moveRight()
    case "p": moveUpOrDown(-1)
    case "n": moveUpOrDown(1)
    case "k": buffer.killToEnd()
    case "u": buffer.killToStart()
    case "w": buffer.killWord()
    case "y": buffer.yank()
    case "l": return .clearScreen
    case "z": return .suspend
    case "d":
      if buffer.isEmpty { return .ended }
      buffer.deleteForward()
    case "c":
      if buffer.isEmpty { return .interrupted }
      buffer = LineBuffer()
    default: break
    }
    return .editing
  }

  private mutating func complete() -> Outcome {
    guard let result = completion?.complete(buffer.textBeforeCursor) else {
      buffer.insert("  ")
      return .editing
    }
    let common = result.common
    if common.count > result.replaced || result.candidates.count == 1 {
      buffer.replace(result.replaced, before: common)
      return .editing
    }
    return result.candidates.isEmpty ? .editing : .choices(result.candidates)
  }

  private mutating func moveUpOrDown(_ direction: Int) {
    if buffer.moveVertically(direction) { return }
    if let line = history.move(direction, from: buffer.text) { buffer.replace(line) }
  }

  /// Enter ends the text, or, after a backslash at its end, only the line.
  private mutating func submit() -> Outcome {
    if buffer.characters.last == "\\", buffer.cursor == buffer.characters.count {
      buffer.deleteBackward()
      buffer.insert("\n")
      return .editing
    }
    let text = buffer.text
    history.add(text)
    buffer = LineBuffer()
    return .submitted(text)
  }
}
