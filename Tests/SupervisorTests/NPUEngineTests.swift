import OpenVINO
import Supervisor
import Testing

/// The whole path of an NPU, with the CPU in its place. One after the other: requests of one compiled model share
/// memory inside NPUW.
@Suite(.serialized) struct NPUEngineTests {
  private func engine() throws -> StatefulEngine {
    let loaded = try Toy.onNPU.get()
    return try StatefulEngine(loaded, options: EngineOptions(for: loaded))
  }

  @Test func computesTheSameAsTheCPU() throws {
    let engine = try engine()
    #expect(engine.model.report.device.device == "NPU")
    #expect(engine.deviceName.hasSuffix("in place of an NPU"))
    #expect(engine.contextLength == 127)
    for sample in try Toy.cases() {
      try engine.reset()
      try engine.append(sample.prompt[...])
      // NPUW computes in half precision.
      #expect(distance(try engine.withLogits { Array($0) }, try #require(sample.logits.last)) < 2e-2)
      #expect(try engine.greedy(4) == Array(sample.greedy.prefix(4)))
    }
  }

  @Test func aConversationGoesOn() throws {
    let engine = try engine()
    let sample = try #require(try Toy.cases().last)
    // Without knowledge of the device's pace: three tokens go step by step, thirty with the prompt again.
    for tail in [3, 30] {
      try engine.reset()
      try engine.append(sample.prompt.dropLast(tail))
      try engine.append(sample.prompt.suffix(tail))
      #expect(engine.count == sample.prompt.count)
      #expect(try engine.greedy(4) == Array(sample.greedy.prefix(4)))
    }
  }

  @Test func aPromptThatDoesNotFitIsRefusedWithItsLengthAndTheOption() throws {
    let engine = try engine()
    let error = #expect(throws: SupervisorError.self) { try engine.append(Array(1...65)[...]) }
    #expect(error?.code == .promptTooLong)
    #expect(error?.message.contains("65 tokens") == true)
    #expect(error?.message.contains("64") == true)
    #expect(error?.mend.contains("NPUProperties.promptLength 65") == true)
    // The engine stays usable.
    try engine.append([5])
    #expect(try engine.greedy(1) == Array(Toy.cases()[0].greedy.prefix(1)))
  }

  @Test func itsCacheCanOnlyBeEmptied() throws {
    let engine = try engine()
    try engine.append([1, 2, 3, 4])
    #expect(try engine.truncate(to: 2) == 0)
    #expect(engine.count == 0)
  }

  @Test func theContextEndsWhereItWasSaid() throws {
    let engine = try engine()
    try engine.append(Array(1...64)[...])
    _ = try engine.greedy(63)
    #expect(engine.count == 127)
    let error = #expect(throws: SupervisorError.self) { try engine.append([1]) }
    #expect(error?.code == .contextFull)
  }

  /// The operations are those of OLMoE's matrices, in whole rows and in groups of 128, and of what experts answer.
  @Test func expertsInGroupsAreRefused() throws {
    func operation(_ shape: String, _ type: String = "Multiply") -> OpenVINO.Operation {
      OpenVINO.Operation(name: "experts", type: type, elementType: .f16, shape: shape, attributes: [:])
    }
    let whole = [operation("[64,1024,2048]"), operation("[64,?,?,2048]"), operation("[64,1,1,1]", "Reshape")]
    try LanguageModelInterface.checkExperts(whole, count: 64)
    try LanguageModelInterface.checkExperts([operation("[8,1024,16,128]")], count: 64)
    // Small ones compile.
    try LanguageModelInterface.checkExperts([operation("[8,64,1,64]")], count: 8)
    let error = #expect(throws: OpenVINOError.self) {
      try LanguageModelInterface.checkExperts(whole + [operation("[64,1024,16,128]")], count: 64)
    }
    #expect(error?.message.contains("[64,1024,16,128]") == true && error?.mend.contains("Bake again") == true)
  }
}
