/// The keys and values of a conversation, in the memory from which the decode graph reads them: token i is at place
/// i of [1, heads, places, head size], and never moves. What is to be forgotten is masked and written over.
final class ColumnCache {
  private struct Part {
    var past, step, prompt: UnsafeMutableBufferPointer<Float>
    var heads, size: Int
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
      guard step.shape == [1, heads, 1, size], past.shape == [1, heads, places, size],
        prompt.shape == [1, heads, promptLength, size]
      else { throw Self.foreign("\(name) as \(prompt.shape), \(past.shape) and \(step.shape)") }
      parts.append(
        Part(
          past: past.tensor.elements, step: step.tensor.elements, prompt: prompt.tensor.elements,
          heads: heads, size: size))
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
    for part in parts {
      for head in 0..<part.heads {
        copy(
          part.prompt, from: head * promptLength * part.size, part.past, to: head * places * part.size,
          count * part.size)
      }
    }
  }

  /// Keeps what the decode graph computed for the token at `position`. Nobody looks back at a context's last token.
  func storeStep(at position: Int) {
    guard position < places else { return }
    for part in parts {
      for head in 0..<part.heads {
        copy(
          part.step, from: head * part.size, part.past, to: (head * places + position) * part.size, part.size)
      }
    }
  }

  private func copy(
    _ source: UnsafeMutableBufferPointer<Float>, from first: Int,
    _ target: UnsafeMutableBufferPointer<Float>, to place: Int, _ count: Int
  ) {
    guard count > 0, let source = source.baseAddress, let target = target.baseAddress else { return }
    (target + place).update(from: source + first, count: count)
  }
}
