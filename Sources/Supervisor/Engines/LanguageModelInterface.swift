import OpenVINO

/// Which inputs and outputs of a stateful language model are where (reference: GenAI's contract of names).
package struct LanguageModelInterface {
  let tokens: Int
  let mask: Int?
  let positions: Int?
  let beam: Int?
  let logits: Int
  let logitsType: ElementType

  init(_ compiled: CompiledModel) throws(SupervisorError) {
    guard let tokens = compiled.inputIndex("input_ids") else {
      throw Self.notALanguageModel("input_ids", in: compiled.inputs)
    }
    self.tokens = tokens
    mask = compiled.inputIndex("attention_mask")
    positions = compiled.inputIndex("position_ids")
    beam = compiled.inputIndex("beam_idx")
    logits = compiled.outputIndex("logits") ?? 0
    logitsType = compiled.outputs.indices.contains(logits) ? compiled.outputs[logits].elementType : .dynamic
    let known = ["input_ids", "attention_mask", "position_ids", "beam_idx"]
    for input in compiled.inputs where !input.names.contains(where: known.contains) {
      throw SupervisorError(
        .badModel, "the model has an input that Oven does not know: \(input.name)",
        mend: "Models with a stateful key-value cache run; optimum-cli makes them by default.")
    }
    guard logitsType == .f32 else {
      throw SupervisorError(.badModel, "the model's logits are \(logitsType), not f32")
    }
  }

  private static func notALanguageModel(_ missing: String, in inputs: [Port]) -> SupervisorError {
    SupervisorError(
      .badModel,
      "the model has no input \(missing); it has \(inputs.map(\.name).joined(separator: ", "))",
      mend: "Only language models run here: openvino_model.xml of a baked folder.")
  }

  /// Refuses a model without the state or the inputs of a language model, before it is compiled.
  static func check(_ model: Model) throws(OpenVINOError) {
    let inputs = try model.inputs()
    guard inputs.contains(where: { $0.names.contains("input_ids") }) else {
      throw OpenVINOError(
        .badArgument,
        "it has no input input_ids, so it is no language model; it has \(inputs.map(\.name).joined(separator: ", "))"
      )
    }
    guard try !model.variables().isEmpty else {
      throw OpenVINOError(
        .badArgument,
        "it keeps no state, and every token of a conversation would be computed anew for each one more"
      )
    }
  }

  /// Refuses recurrent states where the plugin's path for language models on NPUs runs the model: it knows keys and
  /// values only, and fills prompts up, which would become a part of such a state.
  static func checkForNPU(_ model: Model) throws(OpenVINOError) {
    let recurrent = try model.variables().filter { !RecurrentStates.isCache($0.identity) }
    guard let first = recurrent.first else { return }
    throw OpenVINOError(
      .unsupported,
      "\(recurrent.count) of its states are recurrent, such as \(first.identity); an NPU's plugin keeps keys and values "
        + "only, and fills prompts up",
      mend: "Leave the NPU out: the model runs on a CPU or GPU.")
  }

  /// How many numbers a matrix of all experts may have for all of them to be computed.
  private static let largestComputedWhole = 1 << 20

  /// Refuses large experts whose values share their scales in groups: NPUW finds experts in whole rows only. It would compute
  /// all others for every token, with which its compiler does not come to an end (docs/npu.md).
  /// - Parameter count: how many experts a layer has.
  package static func checkExperts(_ operations: [Operation], count: Int) throws(OpenVINOError) {
    // [experts, rows, groups, size], of fixed extents: what depends on tokens has a question mark.
    let scaled = operations.first { operation in
      guard operation.type == "Multiply" else { return false }
      let extents = operation.shape.dropFirst().dropLast().split(separator: ",").map { Int($0) }
      guard extents.count == 4, extents[0] == count, !extents.contains(nil) else { return false }
      return extents.reduce(1) { $0 * ($1 ?? 1) } > largestComputedWhole
    }
    guard let scaled else { return }
    throw OpenVINOError(
      .unsupported,
      "its experts are in groups, such as \(scaled.name) of \(scaled.shape); an NPU's plugin finds "
        + "experts in whole rows, and would compute all others for every token",
      mend: "Bake again for an NPU, which gives experts whole rows; or leave the NPU out.")
  }
}
