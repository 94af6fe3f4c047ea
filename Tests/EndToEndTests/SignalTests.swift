import Foundation
import Testing

/// What signals do to the program while it answers.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"), .serialized)
struct SignalTests {
  /// Asks for an answer that does not end by itself soon, waits for its first words, and sends a signal.
  private func cutAnswer(_ signal: Int32) throws -> OvenProgram.Ending {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(
      [
        "supervisor", "--model_xml", baked.path, "--device", "CPU", "--no-cache", "--temperature", "0",
        "--prompt", "Tell a very long story.", "--min-new-tokens", "5000",
      ])
    run.waitForOutput()
    kill(run.process.processIdentifier, signal)
    return run.finish()
  }

  @Test func terminationCutsTheAnswerAndIsToldToScripts() throws {
    let ending = try cutAnswer(SIGTERM)
    #expect(ending.status == 143)
    #expect(!ending.output.isEmpty)
    #expect(ending.errors.contains("; generated "))
  }

  @Test func interruptionCutsTheAnswerAndIsToldToScripts() throws {
    let ending = try cutAnswer(SIGINT)
    #expect(ending.status == 130)
    #expect(ending.errors.contains("; generated "))
  }

  /// A second one does not wait for the end of a long prompt, within which nothing can be cut.
  @Test(arguments: [SIGINT, SIGTERM]) func aSecondSignalEndsAtOnce(signal: Int32) throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(
      ["supervisor", "--model_xml", baked.path, "--device", "CPU", "--no-cache", "--temperature", "0"],
      input: String(repeating: "The baker weighs the flour. ", count: 1100))
    // The load is told on stderr; then the prompt begins.
    run.waitForErrors("warm-up")
    usleep(200_000)
    kill(run.process.processIdentifier, signal)
    usleep(20_000)
    kill(run.process.processIdentifier, signal)
    let begin = ContinuousClock.now
    let ending = run.finish()
    #expect(ContinuousClock.now - begin < .seconds(2))
    #expect(ending.status == 128 + signal && ending.output.isEmpty)
  }

  @Test func terminationWhileLoadingEndsAtOnce() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(["bench", baked.path, "--device", "CPU", "--repetitions", "1000"])
    run.waitForOutput(of: \.errors)
    kill(run.process.processIdentifier, SIGTERM)
    // Nothing was measured: that is no success.
    #expect(run.finish().status == 128 + SIGTERM)
  }
}
