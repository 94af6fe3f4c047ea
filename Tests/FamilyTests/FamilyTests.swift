import Architectures
import Graph
import IRFormat
import Testing

/// Every tiny model computes what transformers computes, on each path of a stateful graph.
@Suite struct FamilyTests {
  /// The largest difference, relative to the largest number expected.
  private func error(_ found: some Sequence<Float>, _ expected: some Sequence<Float>) -> Float {
    var difference: Float = 0, largest: Float = 0
    var count = (found: 0, expected: 0)
    for (one, other) in zip(found, expected) {
      difference = max(difference, one.isFinite ? abs(one - other) : .infinity)
      largest = max(largest, abs(other))
      count.found += 1
    }
    for _ in expected { count.expected += 1 }
    return count.found == count.expected && largest > 0 ? difference / largest : .infinity
  }

  private func largest(_ logits: ArraySlice<Float>) -> Int {
    logits.indices.max { logits[$0] < logits[$1] }.map { $0 - logits.startIndex } ?? -1
  }

  @Test func everyFamilyHasAModel() throws {
    let judged = try Set(TinyModel.all.map { try $0.architecture().config.modelType })
    #expect(Set(ArchitectureRegistry.modelTypes).subtracting(judged) == [])
    #expect(TinyModel.all.count >= 66)
  }

  @Test(arguments: TinyModel.all) func wholePromptGreedyTokensAndPadding(_ model: TinyModel) throws {
    let reference = try model.reference()
    let run = try TinyRun(IRWriter.serialize(model.graph()))
    try batchOfTwoWithPadding(run, reference)
    try run.reset()
    var logits = try run.logits(reference.tokens)
    #expect(error(logits, reference.logits) < 1e-4)
    var past = reference.tokens.count
    var tokens: [Int] = []
    while tokens.count < reference.greedy.count {
      tokens.append(largest(logits.suffix(reference.vocabulary)))
      logits = try run.logits([tokens[tokens.count - 1]], after: past)
      past += 1
    }
    #expect(tokens == reference.greedy)
  }

  private func batchOfTwoWithPadding(_ run: TinyRun, _ reference: TinyModel.Reference) throws {
    let count = reference.tokens.count, padding = 4
    let real = count - padding
    let logits = try run.logits(
      [reference.tokens, Array(repeating: 0, count: padding) + reference.tokens.prefix(real)],
      mask: [Array(repeating: 1, count: count), (0..<count).map { $0 < padding ? 0 : 1 }],
      positions: [Array(0..<count), (0..<count).map { max($0 - padding, 0) }])
    let row = count * reference.vocabulary
    #expect(error(logits.prefix(row), reference.logits) < 1e-4)
    #expect(
      error(logits.suffix(real * reference.vocabulary), reference.logits.prefix(real * reference.vocabulary))
        < 1e-4)
  }

  @Test(arguments: TinyModel.all) func tokenByToken(_ model: TinyModel) throws {
    guard !TinyModel.dependingOnLength.contains(model.name) else { return }
    let reference = try model.reference()
    // With merged projections, so that both forms are shown right.
    let run = try TinyRun(IRWriter.serialize(model.graph(GraphOptions(mergeProjections: true))))
    var logits: [Float] = []
    for (index, token) in reference.tokens.enumerated() { logits += try run.logits([token], after: index) }
    #expect(error(logits, reference.logits) < 1e-4)
  }

  /// The forms of masks, transpositions and routers that only graphs for NPUs have.
  @Test(arguments: [
    "llama", "mistral-window", "gemma3", "qwen3", "qwen3-moe", "olmoe", "qwen2-moe", "deepseek-v2",
    "granitemoe", "gemma4-moe", "gpt-oss",
  ])
  func formsForNPUs(_ name: String) throws {
    let model = TinyModel(name: name)
    let reference = try model.reference()
    let run = try TinyRun(IRWriter.serialize(model.graph(GraphOptions(isForNPU: true))))
    #expect(error(try run.logits(reference.tokens), reference.logits) < 1e-4)
  }

  /// NPUW finds how many experts a token uses by the form of the choice, and computes all experts where it knows none
  /// (docs/npu.md): what is read here is what its own patterns want, from TopK to ScatterElementsUpdate.
  @Test(arguments: [
    ("mixtral", "Divide"), ("qwen3-moe", "Divide"), ("olmoe", "Divide"), ("qwen2-moe", "Divide"),
    ("deepseek-v2", "Divide"), ("granitemoe", "Divide"), ("hunyuan-moe", "Divide"),
    ("gemma4-moe", "Divide Multiply Slice"), ("gpt-oss", "SoftMax Slice"),
  ])
  func expertsAreChosenInFormsThatNPUWKnows(_ name: String, _ form: String) throws {
    let graph = try TinyModel(name: name).graph(GraphOptions(isForNPU: true))
    #expect(!graph.hasExpertsUnknownToNPUW)
    let choices = graph.nodes.filter { $0.operation is ScatterElementsUpdate }
    #expect(!choices.isEmpty)
    for choice in choices {
      var path: [String] = [], node = graph.node(of: choice.inputs[2])
      while !(node.operation is TopK) {
        path.insert(node.operation.typeName, at: 0)
        node = graph.node(of: try #require(node.inputs.first))
      }
      #expect(path.joined(separator: " ") == form)
      let ranked = graph.node(of: node.inputs[0])
      #expect(ranked.operation.typeName == (name == "gpt-oss" ? "Add" : "SoftMax"))
      #expect(name != "gpt-oss" || node.name.contains("mlp.router"))
    }
  }

  @Test(arguments: ["glm4-moe", "deepseek-v3", "phimoe", "llama4", "ernie4_5-moe-bias"])
  func otherChoicesAreTold(_ name: String) throws {
    #expect(try TinyModel(name: name).graph(GraphOptions(isForNPU: true)).hasExpertsUnknownToNPUW)
  }

  /// A family of each kind: windows, soft caps, partial and missing rotary positions, learned ones, experts.
  @Test(arguments: [
    "llama", "mistral-window", "gemma2", "gemma3", "phi3-partial", "smollm3", "gpt2", "qwen2-moe",
    "phi3-short", "gpt-oss", "deepseek-v3", "llama4", "ministral3", "bitnet", "gemma3n-odd",
    "gemma4-shared", "xglm",
  ])
  func staticGraphs(_ name: String) throws {
    let model = TinyModel(name: name)
    let reference = try model.reference()
    let prompt = 12, slots = 16, context = 24
    let prefill = try TinyRun(parts: model, .prefill(promptLength: slots))
    let padded = Array(reference.tokens.prefix(prompt)) + Array(repeating: 0, count: slots - prompt)
    var logits = try prefill.logits(
      [padded], mask: [(0..<slots).map { $0 < prompt ? 1 : 0 }], positions: [Array(0..<slots)])
    let decode = try TinyRun(parts: model, .decode(contextLength: context))
    var caches = StaticCaches(places: context - 1, transposesValues: true)
    try caches.load(from: prefill, count: prompt, at: 0)
    for position in prompt..<reference.tokens.count {
      try caches.feed(decode)
      let mask = (0..<context).map { $0 < position || $0 == context - 1 ? 1 : 0 }
      logits += try decode.logits([[reference.tokens[position]]], mask: [mask], positions: [[position]])
      try caches.load(from: decode, count: 1, at: position)
    }
    #expect(error(logits, reference.logits.dropFirst((prompt - 1) * reference.vocabulary)) < 1e-4)
  }

  /// The same prompt in chunks of eight, each with those before it as its past, and the last one filled up.
  @Test(arguments: [
    "llama", "mistral-window", "gemma2", "gemma3", "phi3-partial", "smollm3", "gpt2", "qwen2-moe", "gpt-oss",
    "deepseek-v3", "llama4", "ministral3", "bloom", "mpt",
  ])
  func promptsInChunks(_ name: String) throws {
    let model = TinyModel(name: name)
    let reference = try model.reference()
    let length = 8, past = 16, count = reference.tokens.count
    let run = try TinyRun(parts: model, .prefill(promptLength: length, pastLength: past))
    var caches = StaticCaches(places: past, transposesValues: false)
    // Zeros of the right shapes for the first chunk.
    for name in run.compiled.outputs.flatMap(\.names) where name.hasPrefix("present") {
      caches.makeRoom(name, run.compiled.outputs.first { $0.names.contains(name) }?.fixedShape ?? [])
    }
    for start in stride(from: 0, to: count, by: length) {
      let end = min(start + length, count)
      let tokens = Array(reference.tokens[start..<end]),
        padding = Array(repeating: 0, count: length - tokens.count)
      try caches.feed(run)
      let logits = try run.logits(
        [tokens + padding],
        mask: [(0..<past).map { $0 < start ? 1 : 0 } + tokens.map { _ in 1 } + padding],
        positions: [Array(start..<end) + padding])
      let row = (end - 1) * reference.vocabulary
      #expect(error(logits, reference.logits[row..<row + reference.vocabulary]) < 1e-4, "from \(start)")
      if end <= past { try caches.load(from: run, count: end - start, at: start) }
    }
  }
}

/// The keys and values that a caller of static graphs keeps: [1, heads, places, head size], for decode graphs with the
/// last two axes of values swapped.
private struct StaticCaches {
  let places: Int
  let transposesValues: Bool
  var tensors: [String: (shape: [Int], values: [Float])] = [:]

  init(places: Int, transposesValues: Bool) {
    self.places = places
    self.transposesValues = transposesValues
  }

  private func isTransposed(_ name: String) -> Bool { transposesValues && name.hasSuffix("value") }

  /// Zeros for an output of shape [1, heads, tokens, head size].
  mutating func makeRoom(_ name: String, _ shape: [Int]) {
    guard tensors[name] == nil, shape.count == 4 else { return }
    let last = isTransposed(name) ? [shape[3], places] : [places, shape[3]]
    tensors[name] = ([1, shape[1]] + last, Array(repeating: 0, count: shape[1] * places * shape[3]))
  }

  /// Keeps what a run has computed for its first `count` tokens.
  mutating func load(from run: TinyRun, count: Int, at position: Int) throws {
    for name in run.compiled.outputs.flatMap(\.names) where name.hasPrefix("present") {
      let (shape, values) = try run.output(name)
      makeRoom(name, shape)
      for index in 0..<count { copy(name, values, from: (index, shape[2]), to: position + index) }
    }
  }

  func feed(_ run: TinyRun) throws {
    for (name, tensor) in tensors {
      try run.set("past_key_values" + name.dropFirst("present".count), tensor.values, shape: tensor.shape)
    }
  }

  /// Copies one position of all heads.
  private mutating func copy(
    _ name: String, _ source: [Float], from: (position: Int, count: Int), to position: Int
  ) {
    guard case (let shape, var values)? = tensors.removeValue(forKey: name) else { return }
    let isTransposed = isTransposed(name), size = shape[isTransposed ? 2 : 3]
    for head in 0..<shape[1] {
      for index in 0..<size {
        let place = isTransposed ? index * places + position : position * size + index
        values[head * places * size + place] = source[(head * from.count + from.position) * size + index]
      }
    }
    tensors[name] = (shape, values)
  }
}
