import Foundation
import JSON
import Testing

/// `oven bake --verify`, run as a user runs it.
@Suite struct VerificationTests {
  /// A tiny model whose tokenizer gives one token for every word.
  private func source(in folder: TemporaryFolder) throws -> URL {
    let source = try Fixture.copy("llama", to: folder)
    let tokenizer = """
      {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"},
       "model": {"type": "WordLevel", "vocab": {"the": 3, "of": 4, "and": 5, "?": 6}, "unk_token": "?"}}
      """
    try Data(tokenizer.utf8).write(to: source.appending(path: "tokenizer.json"))
    return source
  }

  private func bake(_ source: URL, _ destination: URL, _ options: String...) throws -> Int32 {
    let process = try OvenProgram.start(["bake", source.path, "-o", destination.path] + options)
    process.waitUntilExit()
    return process.terminationStatus
  }

  private func verification(of folder: URL) throws -> JSON? {
    try JSON(parsing: Data(contentsOf: folder.appending(path: "oven.json")))["verification"]
  }

  @Test(.enabled(if: OvenProgram.url != nil)) func whatIsStoredWithoutLossDoesNotDiverge() throws {
    let folder = try TemporaryFolder()
    let source = try source(in: folder)
    #expect(try bake(source, folder["baked"], "--weight-format", "fp32", "--verify") == 0)
    let found = try #require(try verification(of: folder["baked"]))
    #expect(found["kl_divergence"]?.double.map { $0 < 1e-9 } == true)
    #expect(found["perplexity"]?.double == found["unquantised_perplexity"]?.double)
    #expect(found["tokens"]?.int.map { $0 > 600 } == true)
    #expect(!FileManager.default.fileExists(atPath: folder["baked"].appending(path: "unquantised").path))
  }

  @Test(.enabled(if: OvenProgram.url != nil)) func aGateLeavesTheOldFolder() throws {
    let folder = try TemporaryFolder()
    let source = try source(in: folder)
    #expect(try bake(source, folder["baked"], "--weight-format", "int4", "--max-kl", "10") == 0)
    let divergence = try #require(try verification(of: folder["baked"])?["kl_divergence"]?.double)
    #expect(divergence > 1e-6)
    let manifest = try Data(contentsOf: folder["baked"].appending(path: "oven.json"))
    let strict = String(divergence / 2)
    #expect(try bake(source, folder["baked"], "--weight-format", "int4", "--max-kl", strict, "--force") == 65)
    #expect(try Data(contentsOf: folder["baked"].appending(path: "oven.json")) == manifest)
    #expect(folder.names == ["baked", "source"])
  }

  @Test(.enabled(if: OvenProgram.url != nil)) func senselessOptionsAreRefused() throws {
    let folder = try TemporaryFolder()
    let source = try source(in: folder)
    #expect(try bake(source, folder["baked"], "--max-kl", "-1") == 64)
    #expect(try bake(source, folder["baked"], "--verify", "--no-tokenizer") == 64)
    #expect(folder.names == ["source"])
  }
}
