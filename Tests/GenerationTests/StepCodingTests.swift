import Generation
import Testing

@Suite("Steps as bytes")
struct StepCodingTests {
  private func step() throws -> Step {
    var options = GenerationOptions()
    options.logitBias = [3: -Double.infinity, 4: 1.5]
    options.stopStrings = ["\n\"é"]
    var step = Step(number: 1 << 40)
    step.ended = [SequenceID(request: 5, branch: 2)]
    step.begun = [
      SequenceSetup(
        id: SequenceID(request: 6), tokens: [1, 2, 300], promptCount: 2,
        config: try GenerationConfig(options),
        seed: .max, topLogProbabilities: 3, constraint: OutputConstraint(.jsonSchema("{}"), begin: "</think>")
      )
    ]
    let digest = BlockDigest(salt: "a")
    step.saves = [Step.StoredBlock(digest: digest, block: 3)]
    step.loads = [Step.StoredBlock(digest: digest.next([1, 2]), block: 70_000)]
    step.copies = [Step.BlockCopy(source: 7, target: 90_000)]
    var row = Step.Row(
      id: SequenceID(request: 6), tokens: [1, 2, 151_935], position: 0, blocks: [0, 4096], samples: true)
    row.drafts = 1
    step.rows = [row]
    return step
  }

  @Test func stepsComeBack() throws {
    let step = try step()
    #expect(try Step(decoding: step.encoded()) == step)
    #expect(try Step(decoding: Step(number: 0).encoded()) == Step(number: 0))
  }

  @Test func choicesComeBack() throws {
    var chosen = Sampled(id: SequenceID(request: 1, branch: 1), tokens: [7, 8])
    chosen.reused = 12
    chosen.guesses = [9, 151_935]
    chosen.logProbabilities = [
      TokenLogProbability(
        token: 7, logProbability: -0.25, top: [.init(token: 7, logProbability: -0.25)])
    ]
    var failed = Sampled(id: SequenceID(request: 2))
    failed.failure = CompletionFailure(.badConstraint, "no é")
    #expect(try Sampled.decoded(Sampled.encoded([chosen, failed])) == [chosen, failed])
  }

  /// Another process may be of another version, or damaged: bytes are read or refused, whatever they are.
  @Test func damagedBytesAreRefused() throws {
    var random = RandomSource(seed: 1)
    let bytes = try step().encoded()
    var refused = 0
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { damaged.removeLast(Int.random(in: 1..<damaged.count, using: &random)) }
      if (try? Step(decoding: damaged)) == nil { refused += 1 }
      _ = try? Sampled.decoded(damaged)
    }
    #expect(refused > 1000)
  }
}
