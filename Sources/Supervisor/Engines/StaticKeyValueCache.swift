/// The keys and values of a conversation, in the memory from which the decode graph reads them: token i is at place
/// i of [1, heads, places, head size], or of [1, heads, head size, places] for values, and never moves. What is to be
/// forgotten is masked and written over.
final class StaticKeyValueCache {
  private struct Part {
    var past, step, prompt: UnsafeMutableBufferPointer<HalfBits>
    var heads, size: Int
    /// Whether its places are the last axis.
    var isTransposed: Bool
  }

  private let parts: [Part]
  /// The tokens that there is room for.
  private let places: Int
  private let promptLength: Int

  /// Connects the outputs of both graphs with the inputs of the second.
  ///
  /// - Throws: `.badModel` for graphs that do not belong together.
  init(prefill: FixedGraph, decode: FixedGraph) throws(SupervisorError) {
    promptLength = prefill.tokens.elements.count
    places = decode.mask.elements.count - 1
    guard prefill.mask.elements.count == promptLength, decode.tokens.elements.count == 1 else {
      throw Self.foreign(
        "\(promptLength) and \(decode.tokens.elements.count) tokens, one of them with a past")
    }
    guard !decode.columns.isEmpty, decode.columns.count == prefill.columns.count else {
      throw Self.foreign("\(prefill.columns.count) and \(decode.columns.count) outputs for keys and values")
    }
    var parts: [Part] = []
    for (name, step) in decode.columns.sorted(by: { $0.key < $1.key }) {
      let past = try decode.makePast(name)
      guard let prompt = prefill.columns[name] else { throw Self.foreign("\(name) in one of them only") }
      let (heads, size) = step.shape.count == 4 ? (step.shape[1], step.shape[3]) : (0, 0)
      let isTransposed = name.hasSuffix(".value")
      guard step.shape == [1, heads, 1, size],
        past.shape == (isTransposed ? [1, heads, size, places] : [1, heads, places, size]),
        prompt.shape == [1, heads, promptLength, size]
      else { throw Self.foreign("\(name) as \(prompt.shape), \(past.shape) and \(step.shape)") }
      parts.append(
        Part(
          past: past.tensor.elements, step: step.tensor.elements, prompt: prompt.tensor.elements,
          heads: heads, size: size, isTransposed: isTransposed))
    }
    self.parts = parts
  }

  private static func foreign(_ what: String) -> SupervisorError {
    SupervisorError(
      .badModel, "openvino_prefill.xml and openvino_decode.xml do not belong together: they have \(what)",
      mend: "Bake again with --static, or run without it.")
  }

  /// Keeps what the prefill graph computed for the first `count` tokens.
  func storePrompt(_ count: Int) {
    let count = min(count, places)
    for part in parts { store(part, part.prompt, tokens: promptLength, count: count, at: 0) }
  }

  /// Keeps what the decode graph computed for the token at `position`. Nobody looks back at a context's last token.
  func storeStep(at position: Int) {
    guard position < places else { return }
    for part in parts { store(part, part.step, tokens: 1, count: 1, at: position) }
  }

  /// Moves the first `count` of so many `tokens` of all heads to the places from `place` on.
  private func store(
    _ part: Part, _ source: UnsafeMutableBufferPointer<HalfBits>, tokens: Int, count: Int, at place: Int
  ) {
    guard count > 0, let source = source.baseAddress, let past = part.past.baseAddress else { return }
    for head in 0..<part.heads {
      let from = source + head * tokens * part.size, to = past + head * places * part.size
      if part.isTransposed {
        for element in 0..<part.size {
          let row = to + element * places + place
          for token in 0..<count { row[token] = from[token * part.size + element] }
        }
      } else {
        (to + place * part.size).update(from: from, count: count * part.size)
      }
    }
  }
}
