import OpenVINO

/// Which inputs and outputs of a language model with paged attention are where (names of OpenVINO's conversion).
struct PagedInterface {
  /// The cache of one layer's keys or values.
  struct Cache: Equatable {
    var input: Int
    var elementType: ElementType
    /// [blocks, heads, rows, columns]; the blocks are left to us.
    var blockShape: [Int]
    /// Whether it is a table of recurrent states, one in each block.
    var isState = false
  }

  let logits: Int
  let caches: [Cache]
  /// The tables of recurrent states.
  let states: [Cache]
  /// The tokens of a block.
  let blockLength: Int
  private let inputs: [Port]

  private static let known: Set = [
    "input_ids", "position_ids", "past_lens", "subsequence_begins", "block_indices", "block_indices_begins",
    "max_context_len", Model.sampledRows, "la.block_indices", "la.block_indices_begins", "la.past_lens",
    "la.cache_interval",
  ]

  private static func isCache(_ port: Port) -> Bool {
    port.names.contains { $0.hasPrefix("key_cache.") || $0.hasPrefix("value_cache.") }
  }

  private static func isState(_ port: Port) -> Bool {
    port.names.contains { $0.contains("_state_table.") }
  }

  init(_ compiled: CompiledModel) throws(SupervisorError) {
    inputs = compiled.inputs
    logits = compiled.outputIndex("logits") ?? 0
    guard compiled.outputs.indices.contains(logits), compiled.outputs[logits].elementType == .f32 else {
      throw SupervisorError(.badModel, "the paged model's logits are not f32")
    }
    var caches: [Cache] = []
    for (index, port) in inputs.enumerated() where Self.isCache(port) {
      let extents = port.shape?.dropFirst().compactMap(\.fixed) ?? []
      guard extents.count == 3, extents.allSatisfy({ $0 > 0 }) else {
        throw SupervisorError(.badModel, "\(port.name) is \(port.shape?.description ?? "of any shape")")
      }
      caches.append(Cache(input: index, elementType: port.elementType, blockShape: extents))
    }
    self.caches = caches
    var states: [Cache] = []
    for (index, port) in inputs.enumerated() where Self.isState(port) {
      let extents = port.shape?.dropFirst().compactMap(\.fixed) ?? []
      guard extents.count >= 2, extents.count + 1 == port.shape?.count, extents.allSatisfy({ $0 > 0 }) else {
        throw SupervisorError(.badModel, "\(port.name) is \(port.shape?.description ?? "of any shape")")
      }
      states.append(
        Cache(input: index, elementType: port.elementType, blockShape: extents, isState: true))
    }
    self.states = states
    // Rows beyond the tokens hold factors of a quantised cache: they are on one of the two sides at most.
    guard let shortest = caches.map({ $0.blockShape[1] }).min() else {
      throw SupervisorError(.badModel, "the paged model has no cache")
    }
    blockLength = shortest
  }

  /// Whether logits are computed for chosen tokens only; otherwise for all.
  var gathersRows: Bool { index(Model.sampledRows) != nil }

  /// Whether another form of the model reads the same blocks.
  func sharesBlocks(with other: PagedInterface) -> Bool {
    func layout(_ caches: [Cache]) -> [Cache] {
      // Where an input stands may differ, in which order they come may not.
      caches.map {
        Cache(input: 0, elementType: $0.elementType, blockShape: $0.blockShape, isState: $0.isState)
      }
    }
    return layout(caches) == layout(other.caches) && layout(states) == layout(other.states)
      && gathersRows == other.gathersRows
  }

  /// The index of an input.
  func index(_ name: String) -> Int? { inputs.firstIndex { $0.names.contains(name) } }

  /// How many blocks so many tokens need.
  static func blockCount(_ tokens: Int, of length: Int) -> Int { max(1, (tokens + length - 1) / length) }

  /// Refuses a converted model that asks for more than one conversation's tokens and places.
  static func check(_ model: Model) throws(OpenVINOError) {
    let inputs = try model.inputs()
    for input in inputs
    where !isCache(input) && !isState(input) && !input.names.contains(where: known.contains) {
      throw OpenVINOError(.unsupported, "its paged form has an input that Oven does not know: \(input.name)")
    }
    guard inputs.contains(where: isCache), try !model.operations().contains(where: { $0.type == "ReadValue" })
    else {
      throw OpenVINOError(.unsupported, "not all of its state became pages")
    }
  }
}
