import Testing
import oven

@Suite("Line editor")
struct LineStateTests {
  private func edited(_ keys: [Key], _ state: LineState = LineState()) -> LineState {
    var state = state
    for key in keys { _ = state.handle(key) }
    return state
  }

  @Test func typingAndMoving() {
    let state = edited([.text("hllo"), .home, .right, .text("e"), .end, .text("!")])
    #expect(state.buffer.text == "hello!")
    #expect(state.buffer.cursor == 6)
  }

  @Test func deletingOnBothSides() {
    let state = edited([.text("abcd"), .left, .left, .backspace, .delete])
    #expect(state.buffer.text == "ad")
    #expect(state.buffer.cursor == 1)
  }

  @Test func killingAndYanking() {
    #expect(edited([.text("one two"), .control("w")]).buffer.text == "one ")
    #expect(edited([.text("one two"), .control("a"), .control("k")]).buffer.isEmpty)
    #expect(edited([.text("one two"), .wordLeft, .control("u")]).buffer.text == "two")
    #expect(edited([.text("one two"), .control("w"), .control("a"), .control("y")]).buffer.text == "twoone ")
  }

  @Test func aBackslashBeforeEnterBeginsALine() {
    var state = edited([.text("one\\"), .enter, .text("two")])
    #expect(state.buffer.text == "one\ntwo")
    #expect(state.handle(.enter) == .submitted("one\ntwo"))
    #expect(state.buffer.isEmpty)
  }

  @Test func upAndDownMoveWithinLinesAndThenThroughHistory() {
    var state = edited([.text("first"), .enter, .text("second"), .enter])
    state = edited([.text("draft"), .up], state)
    #expect(state.buffer.text == "second")
    state = edited([.up, .up], state)
    #expect(state.buffer.text == "first")
    state = edited([.down, .down], state)
    #expect(state.buffer.text == "draft")
    state = edited([.newline, .text("xy"), .up], state)
    #expect(state.buffer.cursor == 2)
  }

  @Test func controlKeysThatEnd() {
    var state = LineState()
    #expect(state.handle(.control("d")) == .ended)
    #expect(state.handle(.control("c")) == .interrupted)
    state = edited([.text("ab"), .home], state)
    #expect(state.handle(.control("d")) == .editing)
    #expect(state.buffer.text == "b")
    #expect(state.handle(.control("c")) == .editing)
    #expect(state.buffer.isEmpty)
  }

  @Test func charactersAreWhatPeopleSee() {
    // A family of four is one character, and so is an e with an accent that arrives on its own.
    let state = edited([.text("👨‍👩‍👧‍👦e"), .text("\u{301}"), .backspace])
    #expect(state.buffer.text == "👨‍👩‍👧‍👦")
    #expect(edited([.backspace], state).buffer.isEmpty)
  }
}
