import Supervisor
import Testing

@Suite struct StateSnapshotsTests {
  @Test func promptsEndAndEverySoManyTokensAreKept() {
    var snapshots = StateSnapshots<Int>(interval: 10, limit: 4)
    #expect(!snapshots.isDue(at: 3, endsPrompt: false))
    #expect(snapshots.isDue(at: 3, endsPrompt: true))
    snapshots.keep(3, at: 3)
    #expect(!snapshots.isDue(at: 3, endsPrompt: true))
    #expect(!snapshots.isDue(at: 12, endsPrompt: false))
    #expect(snapshots.isDue(at: 13, endsPrompt: false))
  }

  @Test func theLastOneBeforeAPlaceIsFound() {
    var snapshots = StateSnapshots<String>(interval: 1, limit: 4)
    for (length, state) in [(5, "five"), (9, "nine"), (20, "twenty")] { snapshots.keep(state, at: length) }
    #expect(snapshots.rewind(to: 19)?.state == "nine")
    #expect(snapshots.kept.map(\.length) == [5, 9])
    #expect(snapshots.rewind(to: 9)?.length == 9)
    #expect(snapshots.rewind(to: 4) == nil)
    #expect(snapshots.kept.isEmpty)
  }

  /// However long the text, few are kept, the last one always, and none leaves a large gap.
  @Test func fewAreKept() {
    var snapshots = StateSnapshots<Int>(interval: 10, limit: 8)
    for length in stride(from: 10, through: 1000, by: 10) { snapshots.keep(length, at: length) }
    #expect(snapshots.kept.count == 8)
    #expect(snapshots.kept.last?.length == 1000)
    let lengths = [0] + snapshots.kept.map(\.length)
    #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $1 - $0 <= 500 })
  }

  /// What is read is never a row that was written since, and the empty row stays empty.
  @Test func rowsThatAreKeptAreNotWrittenOver() {
    var rows = StateRows(interval: 4, stateBytes: 1 << 20)
    var contents: [Int: Int] = [0: 0]
    var length = 0
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      if Int.random(in: 0..<10, using: &generator) == 0 {
        let target = Int.random(in: 0...length, using: &generator)
        let kept = rows.rewind(to: target)
        #expect(kept <= target)
        length = kept
      }
      let step = rows.next()
      #expect(contents[step.read] == length && step.write != 0 && step.write < rows.count)
      length += Int.random(in: 1...5, using: &generator)
      contents[step.write] = length
      rows.ran(step, length: length, endsPrompt: Bool.random(using: &generator))
    }
  }
}
