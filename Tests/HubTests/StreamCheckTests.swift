import Hub
import SystemSums
import Testing

@Suite("The checksum of a file that is read nearly in order")
struct StreamCheckTests {
  private static let content = HubFixture.bytes(count: 100, seed: 5)

  private func file(_ content: [UInt8] = content, size: Int? = nil) -> HubFile {
    let sum = SystemSum.sha256(content)
    return HubFile(path: "m.safetensors", size: size ?? content.count, etag: sum, sha256: sum)
  }

  private func piece(_ range: Range<Int>) -> [UInt8] { Array(Self.content[range]) }

  @Test("what comes early waits for its turn")
  func early() throws {
    var check = StreamCheck(file())
    check.begin(isResumed: false)
    for range in [0..<10, 30..<60, 20..<30, 10..<20, 10..<20, 60..<100] {
      try check.add(piece(range), at: range.lowerBound)
      #expect(check.nextGap() == nil)
    }
    #expect(check.isVerified && check.unchecked == nil && check.lastGap() == nil)
  }

  @Test("without begin only reads in order count")
  func inOrder() throws {
    var check = StreamCheck(file())
    try check.add(piece(50..<100), at: 50)
    try check.add(piece(0..<50), at: 0)
    #expect(!check.isVerified)
    try check.add(piece(50..<100), at: 50)
    #expect(check.isVerified)
  }

  @Test("what nobody has read is asked for at the end")
  func gaps() throws {
    var check = StreamCheck(file())
    check.begin(isResumed: false)
    try check.add(piece(10..<40), at: 10)
    try check.add(piece(50..<60), at: 50)
    for expected in [0..<10, 40..<50, 60..<100] {
      #expect(check.lastGap() == expected)
      try check.add(piece(expected), at: expected.lowerBound)
      check.gapFilled()
    }
    #expect(check.isVerified && check.lastGap() == nil)
  }

  @Test("too much that comes early asks for what is missing, once")
  func overflow() throws {
    let early = [UInt8](repeating: 1, count: StreamCheck.earlyLimit + 1)
    let content = piece(0..<10) + early
    var check = StreamCheck(file(content))
    check.begin(isResumed: false)
    try check.add(early, at: 10)
    #expect(check.nextGap() == 0..<10)
    #expect(check.nextGap() == nil)
    try check.add(piece(0..<10), at: 0)
    check.gapFilled()
    #expect(check.isVerified && check.nextGap() == nil)
  }

  @Test("a large part that is not needed is not fetched for the sum")
  func unused() throws {
    var check = StreamCheck(file(size: StreamCheck.gapLimit + 101))
    check.begin(isResumed: false)
    try check.add(piece(0..<100), at: 0)
    #expect(check.lastGap() == nil)
    #expect(check.unchecked == .mostlyUnused(StreamCheck.gapLimit + 1))
  }

  @Test("a file that an earlier run began has no sum, one that it did not reach has")
  func resumed() throws {
    var begun = StreamCheck(file())
    begun.begin(isResumed: true)
    try begun.add(piece(40..<100), at: 40)
    #expect(begun.lastGap() == nil && begun.unchecked == .begunEarlier)
    var finished = StreamCheck(file())
    finished.begin(isResumed: true)
    #expect(finished.lastGap() == nil && finished.unchecked == .begunEarlier)
    var fresh = StreamCheck(file())
    fresh.begin(isResumed: true)
    try fresh.add(piece(0..<100), at: 0)
    #expect(fresh.isVerified && fresh.unchecked == nil)
  }

  @Test("a wrong byte is told by the piece that completes the file")
  func wrong() throws {
    var check = StreamCheck(file())
    check.begin(isResumed: false)
    var spoiled = piece(50..<100)
    spoiled[7] ^= 1
    try check.add(spoiled, at: 50)
    let error = #expect(throws: HubError.self) { try check.add(piece(0..<50), at: 0) }
    #expect(error?.code == .checksumMismatch && error?.leavesEarlierReadsGood == false)
    #expect(error?.message.contains("m.safetensors") == true)
    #expect(error?.message.contains(file().sha256 ?? "?") == true)
  }

  @Test("a file without a checksum says so")
  func unknown() throws {
    var check = StreamCheck(HubFile(path: "m", size: 100, etag: nil))
    check.begin(isResumed: false)
    try check.add(piece(0..<100), at: 0)
    #expect(check.lastGap() == nil && check.unchecked == .noChecksum)
  }
}
