import OpenVINO

/// The memory from which a request reads tokens, positions and mask, where they are: a step of generation
/// writes two numbers and changes three shapes.
final class TokenFeed {
  private let tokens: UnsafeMutableBufferPointer<Int64>
  private let positions: UnsafeMutableBufferPointer<Int64>
  private let mask: UnsafeMutableBufferPointer<Int64>
  private let beam: UnsafeMutableBufferPointer<Int32>
  private let tokenTensor: Tensor
  private let positionTensor: Tensor
  private let maskTensor: Tensor
  private let beamTensor: Tensor

  /// - Parameters:
  ///   - capacity: The tokens of the context.
  ///   - chunk: The tokens of one run at most.
  init(capacity: Int, chunk: Int, runtime: OpenVINORuntime) throws(OpenVINOError) {
    let piece = max(1, min(chunk, capacity))
    (tokens, tokenTensor) = try Self.make(0, piece, [1, 1], runtime)
    (positions, positionTensor) = try Self.make(0, piece, [1, 1], runtime)
    // No token is ever masked: there is one sequence, without padding.
    (mask, maskTensor) = try Self.make(1, max(1, capacity), [1, 1], runtime)
    (beam, beamTensor) = try Self.make(0, 1, [1], runtime)
  }

  private static func make<Element: TensorElement>(
    _ value: Element, _ count: Int, _ shape: [Int], _ runtime: OpenVINORuntime
  ) throws(OpenVINOError) -> (UnsafeMutableBufferPointer<Element>, Tensor) {
    let memory = FeedMemory(byteCount: count * MemoryLayout<Element>.stride)
    let elements = memory.bytes.bindMemory(to: Element.self)
    elements.initialize(repeating: value)
    let tensor = try Tensor(
      wrapping: memory.bytes, as: Element.elementType, shape: shape, owner: memory, runtime: runtime)
    return (elements, tensor)
  }

  /// Lets a request read from here. Inputs that the model does not have are left out.
  func connect(_ request: InferRequest, _ interface: LanguageModelInterface) throws(OpenVINOError) {
    try request.setInput(interface.tokens, tokenTensor)
    if let mask = interface.mask { try request.setInput(mask, maskTensor) }
    if let positions = interface.positions { try request.setInput(positions, positionTensor) }
    if let beam = interface.beam { try request.setInput(beam, beamTensor) }
  }

  /// Writes the tokens of the next run; `past` are in the cache already.
  func fill(_ piece: some Collection<Int>, after past: Int) throws(OpenVINOError) {
    for (index, token) in piece.enumerated() {
      tokens[index] = Int64(token)
      positions[index] = Int64(past + index)
    }
    try tokenTensor.setShape([1, piece.count])
    try positionTensor.setShape([1, piece.count])
    try maskTensor.setShape([1, past + piece.count])
  }
}

/// Freed when OpenVINO does not use it any more.
private final class FeedMemory {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 64)
  }

  deinit {
    bytes.deallocate()
  }
}
