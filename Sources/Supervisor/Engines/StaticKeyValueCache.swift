/// The keys and values of a conversation, in the memory from which the graphs read them: token i is at place i of
/// [1, heads, places, head size], or of [1, heads, head size, places] for the decode graph's values, and never moves. What
/// is to be forgotten is masked and written over.
///
/// Each graph has places of its own, as many as it can see: strides differ with their number.
final class StaticKeyValueCache {
  /// Keys or values of one layer.
  private struct Part {
    /// What the prefill graph has computed last.
    var prompt: UnsafeMutableBufferPointer<HalfBits>
    /// The same of each decode graph.
    var steps: [UnsafeMutableBufferPointer<HalfBits>] = []
    var heads, size: Int
    var pasts: [Past] = []
  }

  /// Where one graph reads them.
  private struct Past {
    var memory: UnsafeMutableBufferPointer<HalfBits>
    var places: Int
    /// Whether its places are the last axis.
    var isTransposed: Bool
  }

  private let parts: [Part]
  private let promptLength: Int

  /// Connects the outputs of all graphs with the inputs that take them.
  ///
  /// - Throws: `.badModel` for graphs that do not belong together.
  init(prefill: FixedGraph, decodes: [FixedGraph]) throws(SupervisorError) {
    promptLength = prefill.tokens.elements.count
    guard prefill.pastLength >= 0, !prefill.columns.isEmpty else {
      throw Self.foreign("\(prefill.columns.count) outputs for keys and values")
    }
    for decode in decodes {
      guard decode.tokens.elements.count == 1, decode.columns.count == prefill.columns.count else {
        throw Self.foreign("\(prefill.columns.count) and \(decode.columns.count) outputs for keys and values")
      }
    }
    parts = try prefill.columns.sorted { $0.key < $1.key }.map { column throws(SupervisorError) in
      try Self.part(column.key, column.value, prefill, decodes)
    }
  }

  private static func part(
    _ name: String, _ prompt: FixedGraph.Column, _ prefill: FixedGraph, _ decodes: [FixedGraph]
  ) throws(SupervisorError) -> Part {
    let (heads, size) = prompt.shape.count == 4 ? (prompt.shape[1], prompt.shape[3]) : (0, 0)
    guard prompt.shape == [1, heads, prefill.tokens.elements.count, size] else {
      throw foreign("\(name) as \(prompt.shape)")
    }
    var part = Part(prompt: prompt.tensor.elements, heads: heads, size: size)
    if prefill.pastLength > 0 {
      part.pasts.append(try past(name, of: prefill, isTransposed: false, heads, size))
    }
    for decode in decodes {
      guard let step = decode.columns[name], step.shape == [1, heads, 1, size] else {
        throw foreign("\(name) as \(prompt.shape) and \(decode.columns[name]?.shape ?? [])")
      }
      part.steps.append(step.tensor.elements)
      part.pasts.append(
        try past(name, of: decode, isTransposed: name.hasSuffix(".value"), heads, size))
    }
    return part
  }

  private static func past(
    _ name: String, of graph: FixedGraph, isTransposed: Bool, _ heads: Int, _ size: Int
  ) throws(SupervisorError) -> Past {
    let past = try graph.makePast(name), places = graph.pastLength
    guard past.shape == (isTransposed ? [1, heads, size, places] : [1, heads, places, size]) else {
      throw foreign("\(name) as \(past.shape) for \(heads) heads of \(size)")
    }
    return Past(memory: past.tensor.elements, places: places, isTransposed: isTransposed)
  }

  private static func foreign(_ what: String) -> SupervisorError {
    SupervisorError(
      .badModel, "openvino_prefill.xml and openvino_decode.xml do not belong together: they have \(what)",
      advice: "Bake again with \(setting: .bakedShapes), or run without it.")
  }

  /// Keeps what the prefill graph computed for its first `count` tokens, which are those from `position` on.
  func storePrompt(_ count: Int, at position: Int) {
    for part in parts { store(part, part.prompt, tokens: promptLength, count: count, at: position) }
  }

  /// Keeps what one of the decode graphs computed for the token at `position`.
  func storeStep(of graph: Int, at position: Int) {
    for part in parts { store(part, part.steps[graph], tokens: 1, count: 1, at: position) }
  }

  /// Copies the first `count` of so many `tokens` of all heads to the places from `place` on, as far as a graph has them.
  private func store(
    _ part: Part, _ source: UnsafeMutableBufferPointer<HalfBits>, tokens: Int, count: Int, at place: Int
  ) {
    for past in part.pasts {
      let count = min(count, past.places - place)
      guard count > 0, let source = source.baseAddress, let memory = past.memory.baseAddress else { continue }
      for head in 0..<part.heads {
        let from = source + head * tokens * part.size, to = memory + head * past.places * part.size
        if past.isTransposed {
          for element in 0..<part.size {
            let row = to + element * past.places + place
            for token in 0..<count { row[token] = from[token * part.size + element] }
          }
        } else {
          (to + place * part.size).update(from: from, count: count * part.size)
        }
      }
    }
  }
}
