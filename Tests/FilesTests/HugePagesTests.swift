import Files
import Testing

@Suite struct HugePagesTests {
  /// As Linux writes it: a file, the heap, memory of our own that is full, empty, small, read only, or huge already.
  private static let smaps = """
    55d000000000-55d001000000 r--p 00000000 fd:01 123                        /usr/bin/oven
    Rss:               16384 kB
    AnonHugePages:         0 kB
    55d002000000-55d003000000 rw-p 00000000 00:00 0                          [heap]
    Size:              16384 kB
    Rss:               16000 kB
    AnonHugePages:         0 kB
    7f0000000000-7f0001000000 rw-p 00000000 00:00 0
    Size:              16384 kB
    Rss:               16384 kB
    AnonHugePages:      2048 kB
    VmFlags: rd wr mr mw me ac
    7f0002000000-7f0003000000 rw-p 00000000 00:00 0
    Rss:                 100 kB
    AnonHugePages:         0 kB
    7f0004000000-7f0004100000 rw-p 00000000 00:00 0
    Rss:                1024 kB
    AnonHugePages:         0 kB
    7f0005000000-7f0006000000 r--p 00000000 00:00 0
    Rss:               16384 kB
    AnonHugePages:         0 kB
    7f0007000000-7f0008000000 rw-p 00000000 00:00 0
    Rss:               16384 kB
    AnonHugePages:     16384 kB
    """

  @Test func onlyFullMemoryOfOurOwnIsGathered() {
    #expect(
      HugePages.maps(in: Self.smaps) == [
        .init(begin: 0x55d0_0200_0000, end: 0x55d0_0300_0000),
        .init(begin: 0x7f00_0000_0000, end: 0x7f00_0100_0000),
      ])
    #expect(HugePages.maps(in: "").isEmpty && HugePages.maps(in: "no - smaps\n-\n").isEmpty)
  }

  @Test func gatheringLeavesWhatIsThere() {
    var numbers = [Int](0..<(4 << 20))
    numbers[7] = 70
    _ = HugePages.collapse()
    #expect(numbers[7] == 70 && numbers[4 << 20 - 1] == 4 << 20 - 1)
  }
}
