import Baking
import Foundation
import Generation
import OpenVINO
import Quantization
import Supervisor
import Testing

/// Checkpoint → bake → OpenVINO → text, on a real model, against what transformers computes.
@Suite(.serialized) struct SmolLM2Tests {
  @Test func logitsAndGreedyTokensAreThoseOfTransformers() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "fp32", in: folder, format: .fp32)
    let reference = try SmolLM2.Reference()
    let engine = try StatefulEngine(
      SmolLM2.load(baked, allLogits: true), options: EngineOptions(contextLength: 512))
    try engine.append(reference.ids[...])
    try engine.withAllLogits { logits, vocabulary in
      let last = logits.suffix(4 * vocabulary)
      #expect(last.count == reference.logits.count)
      for position in 0..<4 {
        let rows = position * vocabulary..<(position + 1) * vocabulary
        let error = relativeError(Array(last)[rows], reference.logits[rows])
        #expect(error < 1e-4, "position \(position)")
      }
    }
    #expect(try greedy(engine, count: 64) == reference.greedy)
  }

  /// The next tokens, each the most probable one, one step each through the cache.
  private func greedy(_ engine: StatefulEngine, count: Int) throws -> [Int] {
    var tokens: [Int] = []
    while tokens.count < count {
      let next = try engine.withLogits { logits in
        logits.indices.max { logits[$0] < logits[$1] } ?? 0
      }
      tokens.append(next)
      try engine.append([next][...])
    }
    return tokens
  }

  @Test func theCompiledGraphIsFused() throws {
    let folder = try TemporaryFolder()
    for format in [nil, QuantizationRecipe.WeightType.int4] {
      let baked = try SmolLM2.bake(to: "baked", in: folder, format: format)
      let operations = try SmolLM2.load(baked, properties: [:]).compiled.operations()
      func count(_ type: String, where isCounted: (OpenVINO.Operation) -> Bool = { _ in true }) -> Int {
        operations.count { $0.layerType == type && isCounted($0) }
      }
      let fourBit = count("FullyConnected") { ["u4", "i4"].contains($0.runtimePrecision) }
      #expect(fourBit == 210)
      #expect(count("FullyConnected") == 211)
      #expect(count("RMS") == 61)
      #expect(count("RoPE") == 60)
      #expect(count("ScaledDotProductAttention") == 30)
      #expect(count("MemoryInput") == 60)
      try FileManager.default.removeItem(at: baked)
    }
  }

  /// The blocks of the GGUF are kept as they are, so the default bake knows as much as the unquantised weights.
  @Test func theDefaultBakeLosesNothing() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let text = try String(
      contentsOf: SmolLM2.root.appending(path: "Tests/Fixtures/smollm2/text.txt"), encoding: .utf8)
    let tokens = try PromptFormat(folder: baked.path).tokenizer.encode(text)
    let engine = try StatefulEngine(
      SmolLM2.load(baked, allLogits: true), options: EngineOptions(contextLength: 512))
    let perplexity = try Perplexity(of: tokens, window: 128, on: engine)
    #expect(perplexity.count == 316)
    // What transformers computes (Fixtures/smollm2/perplexity.py); half a per cent is what may be lost.
    let unquantised = 56.2045
    #expect(abs(perplexity.value - unquantised) < 0.005 * unquantised)
  }

  @Test func aHuggingFaceFolderGivesTheSameText() async throws {
    let folder = try TemporaryFolder()
    let fromGGUF = try SmolLM2.bake(to: "gguf", in: folder, format: .fp32)
    let source = try DequantizedFolder.write(SmolLM2.gguf, tokenizerOf: fromGGUF, into: folder)
    let fromFolder = try SmolLM2.bake(source, to: "hf", in: folder, format: .fp32)
    let question = "What is the capital of France?"
    let first = try await answer(question, fromGGUF)
    #expect(first.contains("Paris"))
    #expect(try await answer(question, fromFolder) == first)
  }

  private func answer(_ question: String, _ baked: URL) async throws -> String {
    let model = try ModelFolder(path: baked.path)
    let format = try PromptFormat(folder: baked.path)
    let loaded = try SmolLM2.load(baked)
    let service = try await ModelService(makeStream: { format.tokenizer.makeStream(prompt: $0) }) {
      EngineRunner(try StatefulEngine(loaded, options: EngineOptions(contextLength: 512)))
    }
    let assistant = try Assistant(service: service, model: model, format: format)
    var session = assistant.format.makeSession()
    var options = GenerationOptions()
    options.maxNewTokens = 40
    options.temperature = 0
    return try await assistant.answer(question, in: &session, options: options) { _ in }.text
  }
}
