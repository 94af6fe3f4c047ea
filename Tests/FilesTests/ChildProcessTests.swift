import Files
import Testing

@Suite struct ChildProcessTests {
  @Test func framesGoBothWays() throws {
    let (left, right) = try ByteChannel.pair()
    #expect(left.send(.init(kind: 7, bytes: [1, 2, 3])))
    #expect(left.send(.init(kind: 8)))
    #expect(right.receive() == .frame(.init(kind: 7, bytes: [1, 2, 3])))
    #expect(right.receive(milliseconds: 1000) == .frame(.init(kind: 8)))
    #expect(right.receive(milliseconds: 1) == .nothing)
  }

  @Test func theOtherSidesEndIsNoticed() throws {
    var ends: (ByteChannel, ByteChannel)? = try ByteChannel.pair()
    let left = try #require(ends?.0)
    ends = nil
    #expect(left.receive(milliseconds: 1000) == .ended)
    #expect(!left.send(.init(kind: 1, bytes: [UInt8](repeating: 0, count: 1 << 20))))
  }

  @Test func aChildEchoesAndSaysHowItEnds() throws {
    let echo = try ChildProcess("/bin/sh", ["-c", "head -c 8 <&3 >&3; echo done; kill -SEGV $$"])
    #expect(echo.channel.send(.init(kind: 5, bytes: [1, 2, 3])))
    #expect(echo.channel.receive(milliseconds: 10_000) == .frame(.init(kind: 5, bytes: [1, 2, 3])))
    #expect(echo.channel.receive(milliseconds: 10_000) == .ended)
    #expect(echo.end().hasPrefix("signal 11"))
    #expect(echo.lastWords.contains("done"))
    #expect(!Processes.isAlive(echo.id))
  }

  @Test func aChildThatGoesOnIsEnded() throws {
    let child = try ChildProcess("/bin/sh", ["-c", "sleep 60"])
    #expect(child.end().hasPrefix("signal 9"))
    #expect(child.end().hasPrefix("signal 9"))
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    #expect(throws: FileError.self) { try ChildProcess("/no/such/program", []) }
  }
}
