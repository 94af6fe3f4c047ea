import OpenVINO
import Supervisor
import Testing

@Suite struct StatefulEngineTests {
  @Test func computesWhatOpenVINOComputes() throws {
    let engine = try Toy.engine()
    for sample in try Toy.cases() {
      try engine.reset()
      try engine.append(sample.prompt[...])
      let logits = try engine.withLogits { Array($0) }
      let expected = try #require(sample.logits.last)
      #expect(distance(logits, expected) < 1e-4)
      #expect(try engine.greedy(sample.greedy.count) == sample.greedy)
      #expect(engine.count == sample.prompt.count + sample.greedy.count)
    }
  }

  @Test(arguments: [1, 2, 7, 39])
  func piecesOfAPromptGiveTheSame(chunk: Int) throws {
    let engine = try Toy.engine(chunk: chunk)
    for sample in try Toy.cases() {
      try engine.reset()
      try engine.append(sample.prompt[...])
      #expect(try engine.greedy(sample.greedy.count) == sample.greedy)
    }
  }

  @Test(arguments: [1024, 7]) func everyTokensLogitsCanBeHad(piece: Int) throws {
    let engine = try StatefulEngine(
      Toy.load(allLogits: true),
      options: EngineOptions(contextLength: 64, cache: .editable(pieceLength: piece)))
    for sample in try Toy.cases() {
      try engine.reset()
      var rows: [[Float]] = []
      try engine.evaluate(sample.prompt[...]) { index, logits in
        #expect(index == rows.count)
        rows.append(Array(logits))
      }
      #expect(rows.count == sample.prompt.count)
      for (row, expected) in zip(rows.suffix(4), sample.logits) { #expect(distance(row, expected) < 1e-4) }
    }
  }

  @Test func aModelThatWasCutToTheLastTokenSaysSo() throws {
    let error = #expect(throws: SupervisorError.self) { try Toy.engine().evaluate([1, 2, 3]) { _, _ in } }
    #expect(error?.code == .badModel)
  }

  @Test func aConversationGoesOnFromWhatIsKept() throws {
    let engine = try Toy.engine()
    let sample = try #require(try Toy.cases().last)
    try engine.append(sample.prompt[...])
    _ = try engine.greedy(5)
    #expect(try engine.truncate(to: sample.prompt.count - 3) == sample.prompt.count - 3)
    try engine.append(sample.prompt.suffix(3))
    #expect(try engine.greedy(sample.greedy.count) == sample.greedy)
    // Nothing to forget.
    #expect(try engine.truncate(to: 1000) == engine.count)
    #expect(try engine.truncate(to: 0) == 0)
    try engine.append(sample.prompt[...])
    #expect(try engine.best() == sample.greedy[0])
  }

  @Test func aFullContextIsAnErrorWithItsNumbers() throws {
    let engine = try Toy.engine(context: 8)
    let error = #expect(throws: SupervisorError.self) { try engine.append(Array(1...9)[...]) }
    #expect(error?.code == .contextFull)
    #expect(error?.message.contains("9 tokens") == true)
    #expect(error?.message.contains("context of 8") == true)
    try engine.append(Array(1...8)[...])
    #expect(throws: SupervisorError.self) { try engine.append([1]) }
    #expect(engine.count == 8)
  }

  @Test func aLongPromptCanBeStoppedBetweenPieces() throws {
    let engine = try Toy.engine(chunk: 4)
    var asked = 0
    let error = #expect(throws: SupervisorError.self) {
      try engine.append(
        Array(1...12)[...],
        shouldContinue: {
          asked += 1
          return asked < 3
        })
    }
    #expect(error?.code == .cancelled)
    #expect(engine.count == 8)
  }

  @Test func warmingUpLeavesNothingBehind() throws {
    let engine = try Toy.engine()
    try engine.warmUp()
    #expect(engine.count == 0)
    let sample = try #require(try Toy.cases().first)
    try engine.append(sample.prompt[...])
    #expect(try engine.greedy(sample.greedy.count) == sample.greedy)
  }

  @Test func logitsBeforeTheFirstRunAreAnError() throws {
    let engine = try Toy.engine()
    #expect(throws: SupervisorError.self) { try engine.withLogits { $0.count } }
  }
}
