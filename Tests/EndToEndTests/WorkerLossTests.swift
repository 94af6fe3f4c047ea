import Files
import Foundation
import Testing

/// The process that computes is ended as the system's out-of-memory killer does, at whatever it does.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"), .serialized)
struct WorkerLossTests {
  /// Rounded as usual, a token that is computed beside others gets other last digits than alone, and what is computed again
  /// after a loss comes beside others: where two tokens are nearly as likely, the other one would be chosen.
  private static let ask = [
    "--device", "CPU", "--temperature", "0", "--no-guesses", "--precision", "f32", "--property",
    "KV_CACHE_PRECISION=f32",
  ]
  private static let story = [
    "Tell a story of a baker.", "--min-new-tokens", "150", "--max-new-tokens", "150",
  ]

  /// The worker on a model, once there is one.
  private func worker(on model: URL) -> Int32? {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      for id in names.compactMap(Int32.init) {
        guard let words = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else { continue }
        let parts = words.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        if parts.count > 2, parts[1] == "worker",
          parts[2].contains(model.deletingLastPathComponent().lastPathComponent)
        {
          return id
        }
      }
      usleep(5000)
    }
    return nil
  }

  /// Not so where only its number is left, for whoever asks how it ended.
  private func isThere(_ process: Int32) -> Bool {
    FileManager.default.contents(atPath: "/proc/\(process)/cmdline")?.isEmpty == false
  }

  /// An answer goes on with the tokens that it would have had, and it is said what happened.
  @Test func anAnswerGoesOn() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let arguments =
      ["run", baked.path] + Self.story + Self.ask + ["--cache-dir", folder.url.appending(path: "cache").path]
    let whole = try OvenProgram(arguments).finish()
    try #require(whole.status == 0, "\(whole.errors)")
    let cut = try OvenProgram(arguments)
    let first = try #require(worker(on: baked))
    cut.waitForOutput()
    Processes.end(first)
    let ending = cut.finish()
    #expect(ending.status == 0 && ending.output == whole.output, "\(ending.errors)")
    #expect(ending.errors.contains("another one went on with the answer"), "\(ending.errors)")
  }

  /// A prompt that was being computed is computed again, with the same answer.
  @Test func aPromptIsComputedAgain() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    // A second and more.
    let text = String(repeating: "The baker opened his shop at five in the morning and baked. ", count: 70)
    let arguments =
      ["run", baked.path, "Summarize: \(text)", "--max-new-tokens", "8"] + Self.ask
      + ["--cache-dir", folder.url.appending(path: "cache").path]
    let whole = try OvenProgram(arguments).finish()
    try #require(whole.status == 0 && !whole.output.isEmpty, "\(whole.errors)")
    let cut = try OvenProgram(arguments)
    let first = try #require(worker(on: baked))
    cut.waitForErrors("warm-up")
    usleep(400_000)
    Processes.end(first)
    let ending = cut.finish()
    #expect(ending.status == 0 && ending.output == whole.output, "\(ending.errors)")
    #expect(ending.errors.contains("another one went on with the answer"), "\(ending.errors)")
  }

  /// Whatever ends while a model is loaded is told of, and not tried again.
  @Test func aLoadIsNot() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(["run", baked.path] + Self.story + Self.ask + ["--no-cache"])
    let process = try #require(worker(on: baked))
    Processes.end(process)
    let ending = run.finish()
    #expect(ending.status == 69 && ending.output.isEmpty, "\(ending.errors)")
    #expect(ending.errors.contains("the worker ended by signal 9"), "\(ending.errors)")
  }

  /// One that ends while it compiles leaves nothing that a later one could take for a compiled model.
  @Test func aCompilationThatEndedIsMadeAnew() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let cache = folder.url.appending(path: "cache").path
    let arguments =
      ["run", baked.path, "Name the capital of France.", "--max-new-tokens", "8"] + Self.ask
      + ["--cpu-kernels", "plugin", "--cache-dir", cache]
    for moment in [100_000, 250_000, 400_000] as [useconds_t] {
      let run = try OvenProgram(arguments)
      let process = try #require(worker(on: baked))
      usleep(moment)
      Processes.end(process)
      let ending = run.finish()
      // A fast machine may have compiled it by then; but then it goes on with the answer.
      guard ending.status == 69 else { continue }
      #expect(ending.errors.contains("the worker ended by signal 9"), "\(ending.errors)")
    }
    let whole = try OvenProgram(arguments).finish()
    #expect(whole.status == 0 && whole.output.contains("Paris"), "\(whole.errors)")
    let again = try OvenProgram(arguments).finish()
    #expect(again.output == whole.output && again.errors.contains("from cache"), "\(again.errors)")
  }

  @Test func aChatGoesOn() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let chat = try TerminalSession(
      baked, state: folder.url, ["--max-new-tokens", "60", "--min-new-tokens", "60"])
    try #require(chat.wait(for: "> "), "\(chat.text)")
    // While nobody asks for anything.
    let first = try #require(worker(on: baked))
    Processes.end(first)
    chat.type("Count from one to twenty in words.\r")
    #expect(chat.wait(for: "the worker ended by signal 9"))
    #expect(chat.wait(for: "another one went on"))
    #expect(chat.wait(for: "tokens/s"))
    chat.type("And what is the capital of France?\r")
    #expect(chat.wait(for: "tokens/s"))
    chat.type("\u{4}")
    #expect(chat.end() == 0)
  }

  /// Nothing is left behind by a program that was ended.
  @Test func aWorkerEndsWithItsParent() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(["run", baked.path] + Self.story + Self.ask + ["--no-cache"])
    let process = try #require(worker(on: baked))
    Processes.end(run.process.processIdentifier)
    _ = run.finish()
    let deadline = ContinuousClock.now + .seconds(60)
    while isThere(process), ContinuousClock.now < deadline { usleep(5000) }
    #expect(!isThere(process))
  }
}
