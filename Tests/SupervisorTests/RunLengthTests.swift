import Supervisor
import Testing

@Suite("Lengths of runs")
struct RunLengthTests {
  @Test func fewNumbersCoverAll() {
    let lengths = (1...2048).map(RunLength.rounded)
    #expect(Set(lengths).count < 64)
    for (count, length) in zip(1..., lengths) {
      #expect(length >= count && length == RunLength.rounded(length))
      #expect(length - count <= RunLength.mostAdded(upTo: count))
      #expect(count < 65 || length * 8 <= count * 9 + 8, "\(count) takes \(length)")
    }
  }

  @Test func oneTokenIsOne() {
    #expect((0...8).map(RunLength.rounded) == [1, 1, 2, 3, 4, 5, 6, 7, 8])
  }
}
