import OpenVINO

/// A fixed-shape graph on a device: one request, with memory of ours under all of its inputs and outputs, so that a
/// run allocates and moves nothing. What follows from tokens and positions alone the host computes, straight into its
/// inputs.
final class FixedGraph {
  /// The tokens of one run.
  let tokens: SharedTensor<Int64>
  /// 1 where a token may be looked at: [1, places].
  let mask: SharedTensor<Int64>
  /// The positions of the tokens of one run; models that need none leave them out.
  let positions: SharedTensor<Int64>?
  /// The logits of the last token that counts: as many as the vocabulary has tokens.
  let logits: SharedTensor<Float>
  /// The keys and values that a run computes, [1, heads, tokens, head size], by layer and kind: "0.key".
  let columns: [String: Column]

  /// Keys or values of one layer, in half precision.
  struct Column {
    var tensor: SharedTensor<HalfBits>
    /// [1, heads, tokens, head size].
    var shape: [Int]
  }

  /// The tokens before those of one run that it can see.
  var pastLength: Int { mask.elements.count - tokens.elements.count }

  private let model: LoadedModel
  private let request: InferRequest
  private let preparation: InferRequest

  init(_ parts: StaticModel.Parts) throws(SupervisorError) {
    model = parts.device
    let memory = Memory(model), host = Memory(parts.host)
    do throws(OpenVINOError) {
      request = try model.compiled.makeRequest()
      preparation = try parts.host.compiled.makeRequest()
    } catch {
      throw StatefulEngine.failed(error)
    }
    tokens = try host.input("input_ids", of: preparation)
    mask = try host.input("attention_mask", of: preparation)
    positions =
      parts.host.compiled.inputIndex("position_ids") == nil
      ? nil : try host.input("position_ids", of: preparation)
    for (index, port) in parts.host.compiled.outputs.enumerated() {
      guard try memory.shape(port.name, in: model.compiled.inputs) == port.fixedShape else {
        throw SupervisorError(
          .badModel,
          "\(model.folder.xml) and \(parts.host.folder.xml) do not belong together: they have \(port.name) of two shapes",
          advice: "Bake again with \(setting: .bakedShapes), or run without it.")
      }
      let tensor = try memory.input(like: port)
      do throws(OpenVINOError) {
        try preparation.setOutput(index, tensor)
        try request.setInput(port.name, tensor)
      } catch {
        throw StatefulEngine.failed(error)
      }
    }
    logits = try memory.output("logits", of: request)
    var columns: [String: Column] = [:]
    for output in model.compiled.outputs.flatMap(\.names) where output.hasPrefix("present.") {
      let tensor: SharedTensor<HalfBits> = try memory.output(output, of: request)
      columns[String(output.dropFirst("present.".count))] = Column(
        tensor: tensor, shape: try memory.shape(output, in: model.compiled.outputs))
    }
    self.columns = columns
  }

  /// Gives an input for the keys or values of earlier tokens memory, and the shape of it.
  func makePast(_ name: String) throws(SupervisorError) -> Column {
    let memory = Memory(model)
    let input = "past_key_values." + name
    return Column(
      tensor: try memory.input(input, of: request), shape: try memory.shape(input, in: model.compiled.inputs))
  }

  /// Runs.
  func infer() throws(SupervisorError) {
    do throws(OpenVINOError) {
      try preparation.infer()
      try request.infer()
    } catch {
      throw StatefulEngine.failed(error)
    }
  }

  /// Refuses a graph of another kind before it is compiled, which may take minutes.
  static func check(_ model: Model) throws(OpenVINOError) {
    for input in try model.inputs() where input.fixedShape == nil {
      throw OpenVINOError(.badArgument, "its input \(input.name) has no fixed shape")
    }
  }
}

/// Makes the memory of a graph's inputs and outputs.
private struct Memory {
  let model: LoadedModel

  init(_ model: LoadedModel) { self.model = model }

  func input<Element: TensorElement & ExpressibleByIntegerLiteral>(
    _ name: String, of request: InferRequest
  ) throws(SupervisorError) -> SharedTensor<Element> {
    let memory: SharedTensor<Element> = try make(name, in: model.compiled.inputs)
    do throws(OpenVINOError) {
      try request.setInput(name, memory.tensor)
    } catch {
      throw StatefulEngine.failed(error)
    }
    return memory
  }

  /// Memory for an input that is the output `port` of another graph.
  func input(like port: Port) throws(SupervisorError) -> Tensor {
    switch port.elementType {
    case .f32: return try (make(port.name, in: model.compiled.inputs) as SharedTensor<Float>).tensor
    case .f16: return try (make(port.name, in: model.compiled.inputs) as SharedTensor<HalfBits>).tensor
    case .i64: return try (make(port.name, in: model.compiled.inputs) as SharedTensor<Int64>).tensor
    default: throw bad("\(port.name) as \(port.elementType)")
    }
  }

  func output<Element: TensorElement & ExpressibleByIntegerLiteral>(
    _ name: String, of request: InferRequest
  ) throws(SupervisorError) -> SharedTensor<Element> {
    let memory: SharedTensor<Element> = try make(name, in: model.compiled.outputs)
    do throws(OpenVINOError) {
      if let index = model.compiled.outputIndex(name) { try request.setOutput(index, memory.tensor) }
    } catch {
      throw StatefulEngine.failed(error)
    }
    return memory
  }

  func shape(_ name: String, in ports: [Port]) throws(SupervisorError) -> [Int] {
    guard let shape = ports.first(where: { $0.names.contains(name) })?.fixedShape else {
      throw bad("no \(name) of a fixed shape")
    }
    return shape
  }

  /// Zeros: what is not written yet is masked, but must be numbers.
  private func make<Element: TensorElement & ExpressibleByIntegerLiteral>(
    _ name: String, in ports: [Port]
  ) throws(SupervisorError) -> SharedTensor<Element> {
    let shape = try shape(name, in: ports)
    guard ports.first(where: { $0.names.contains(name) })?.elementType == Element.elementType else {
      throw bad("\(name) of another type than \(Element.elementType)")
    }
    do throws(OpenVINOError) {
      return try SharedTensor(repeating: 0, shape: shape, runtime: model.compiled.runtime)
    } catch {
      throw StatefulEngine.failed(error)
    }
  }

  private func bad(_ what: String) -> SupervisorError {
    SupervisorError(
      .badModel, "\(model.folder.xml) has \(what)",
      advice: "Bake again with \(setting: .bakedShapes), or run without it.")
  }
}
