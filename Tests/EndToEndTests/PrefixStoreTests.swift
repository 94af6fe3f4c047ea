import Digests
import Files
import Foundation
import Generation
import Supervisor
import Testing

/// Blocks that outlive the process which computed them.
@Suite struct PrefixStoreTests {
  private struct Run {
    var tokens: [Int]
    var cached: Int
  }

  /// Answers a prompt in a runner of its own.
  private func answer(_ model: ModelFolder, _ prompt: [Int], _ place: PrefixStore.Place) throws -> Run {
    var request = TinyBake.request(model)
    (request.usesFixedShapes, request.engine) = (false, .paged)
    var options = PagedRunner.Options()
    (options.contextLength, options.sequences, options.prefixes) = (256, 2, place)
    let runner = try PagedRunner(TinyBake.loader().load(request), options: options)
    let folder = try #require(runner.limits.prefixFolder)
    let store = PrefixStore(reading: folder)
    let scheduler = Scheduler(limits: runner.limits) { _ in SilentText() }
    scheduler.isKept = { store.holds($0) }
    var generation = GenerationOptions()
    generation.maxNewTokens = 12
    generation.doSample = false
    generation.ignoresEOS = true
    _ = try scheduler.admit(
      CompletionRequest(prompt: prompt, config: GenerationConfig(generation)), seed: 0)
    var result = Run(tokens: [], cached: 0)
    while let step = scheduler.next() {
      for event in scheduler.completed(step, try runner.run(step, isCancelled: { false })) {
        if case .text(_, _, let new, _) = event { result.tokens += new }
        if case .finished(_, _, _, _, let cached, _) = event { result.cached = cached }
      }
    }
    runner.atEnd()
    return result
  }

  private struct SilentText: TokenTextStream {
    mutating func append(_ id: Int) -> String { "" }
    mutating func finish() -> String { "" }
  }

  private func blocks(_ folder: String) throws -> [String] {
    let model = try #require(Folders.readableNames(in: folder).first { Hex.isHex($0, count: 32) })
    return Folders.readableNames(in: "\(folder)/\(model)").map { "\(folder)/\(model)/\($0)" }.sorted()
  }

  @Test func yesterdaysPromptBeginsAtItsEnd() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let tokens = try TinyBake.reference("llama").tokens
    let prompt = (0..<100).map { tokens[$0 * 7 % tokens.count] }
    let place = PrefixStore.Place(folder: folder.url.appending(path: "kept").path, budget: 1 << 30)
    let first = try answer(model, prompt, place)
    let second = try answer(model, prompt, place)
    #expect(first.cached == 0 && second.cached == 96 && second.tokens == first.tokens)
    #expect(first.tokens.count == 12)
    // A damaged block is never read, and the one after it is no use without it.
    let files = try blocks(place.folder)
    #expect(files.count == 3)
    for file in files {
      var bytes = try Data(contentsOf: URL(filePath: file))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(filePath: file))
      try Owners.setPermissions(0o600, of: file)
    }
    #expect(throws: SupervisorError.self) { try answer(model, prompt, place) }
    #expect(try blocks(place.folder).count < 3)
  }

  @Test func whatOthersMayWriteIsNotRead() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    let prompt = Array(repeating: 5, count: 70)
    let place = PrefixStore.Place(folder: folder.url.appending(path: "kept").path, budget: 1 << 30)
    let first = try answer(model, prompt, place)
    for file in try blocks(place.folder) { try Owners.setPermissions(0o666, of: file) }
    let second = try answer(model, prompt, place)
    #expect(second.cached == 0 && second.tokens == first.tokens)
    try Owners.setPermissions(0o777, of: place.folder)
    #expect(throws: SupervisorError.self) { try answer(model, prompt, place) }
  }

  @Test func theBudgetHolds() throws {
    let folder = try TemporaryFolder()
    let model = try TinyBake.bake("llama", prompt: nil, in: folder)
    var place = PrefixStore.Place(folder: folder.url.appending(path: "kept").path, budget: 1 << 30)
    _ = try answer(model, Array(repeating: 5, count: 70), place)
    let files = try blocks(place.folder)
    let size = try #require(FileStatus(at: files[0])).size
    place.budget = 3 * size
    _ = try answer(model, Array(repeating: 6, count: 100), place)
    #expect(try blocks(place.folder).count == 3)
  }
}
