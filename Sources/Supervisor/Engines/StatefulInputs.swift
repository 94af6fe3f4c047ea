import OpenVINO

/// The memory from which a request reads tokens, positions and mask, where they are: a step of generation
/// writes two numbers and changes three shapes.
final class StatefulInputs {
  private let tokens: SharedTensor<Int64>
  private let positions: SharedTensor<Int64>
  private let mask: SharedTensor<Int64>
  private let beam: SharedTensor<Int32>

  /// - Parameters:
  ///   - capacity: The tokens of the context.
  ///   - chunk: The tokens of one run at most.
  init(capacity: Int, chunk: Int, runtime: OpenVINORuntime) throws(OpenVINOError) {
    let piece = max(1, min(chunk, capacity))
    tokens = try SharedTensor(repeating: 0, count: piece, shape: [1, 1], runtime: runtime)
    positions = try SharedTensor(repeating: 0, count: piece, shape: [1, 1], runtime: runtime)
    // No token is ever masked: there is one sequence, without padding.
    mask = try SharedTensor(repeating: 1, count: max(1, capacity), shape: [1, 1], runtime: runtime)
    beam = try SharedTensor(repeating: 0, shape: [1], runtime: runtime)
  }

  /// Lets a request read from here. Inputs that the model does not have are left out.
  func connect(_ request: InferRequest, _ interface: LanguageModelInterface) throws(OpenVINOError) {
    try request.setInput(interface.tokens, tokens.tensor)
    if let index = interface.mask { try request.setInput(index, mask.tensor) }
    if let index = interface.positions { try request.setInput(index, positions.tensor) }
    if let index = interface.beam { try request.setInput(index, beam.tensor) }
  }

  /// Writes the tokens of the next run; `past` are in the cache already.
  func fill(_ piece: some Collection<Int>, after past: Int) throws(OpenVINOError) {
    for (index, token) in piece.enumerated() {
      tokens.elements[index] = Int64(token)
      positions.elements[index] = Int64(past + index)
    }
    try tokens.tensor.setShape([1, piece.count])
    try positions.tensor.setShape([1, piece.count])
    try mask.tensor.setShape([1, past + piece.count])
  }
}
