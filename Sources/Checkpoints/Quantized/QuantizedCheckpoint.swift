import JSON
import Tensors

/// A checkpoint whose weights another program has quantised, as `quantization_config` says: the tensors that make up
/// a weight become one tensor `X.weight`, the others stay as they are.
struct QuantizedCheckpoint {
  /// The tensors, in the order of the files; a quantised weight takes the place of its first part.
  let tensors: [any StoredTensor]
  /// `GPTQ`, `AWQ`, `FP8` or `compressed-tensors`; nil for a checkpoint that is not quantised.
  let method: String?
  /// What the user should know about the file.
  let notes: [String]

  /// Combines `tensors` as `config` says.
  /// - Throws: `CheckpointError` of code `unsupported` for a way of quantising that is not known.
  init(_ tensors: [any StoredTensor], config: JSON?, file: String) throws {
    guard let quantization = QuantizedCheckpoint.configuration(in: config) else {
      try QuantizedCheckpoint.refuseUnannounced(tensors, config: config, file: file)
      (self.tensors, method, notes) = (tensors, nil, [])
      return
    }
    let scheme = try QuantizationScheme(quantization, file: file)
    let table = try TensorTable(tensors, of: file)
    let builder = QuantizedWeights(scheme: scheme, table: table, file: file, notes: NoteCollector())
    self.tensors = try tensors.compactMap { try builder.tensor(from: $0) }
    // Files that only name a method, and store plain numbers, are not quantised.
    method = builder.notes.hasQuantized ? scheme.method : nil
    notes = builder.notes.texts
  }

  /// The object that describes the quantisation, at the top or in the part about the text; one that says nothing is
  /// none.
  private static func configuration(in config: JSON?) -> JSON? {
    let places = [config, config?["text_config"], config?["llm_config"], config?["language_config"]]
    for place in places {
      for name in ["quantization_config", "compression_config"] {
        if let found = place?[name], QuantizationScheme.saysSomething(found) { return found }
      }
    }
    return nil
  }

  /// Words that no configuration explains would be taken for tensors that the family does not use.
  private static func refuseUnannounced(
    _ tensors: [any StoredTensor], config: JSON?, file: String
  ) throws(CheckpointError) {
    if config?["quantization"]?["group_size"] != nil {
      throw CheckpointError(
        .unsupported, "\(file) is quantised with MLX, Apple's own format, which is not supported",
        mend: "Take the model that it was made from, or a GGUF file of it.")
    }
    guard let words = tensors.first(where: { $0.name.hasSuffix(".qweight") }) else { return }
    throw CheckpointError(
      .inconsistent, "\(file) has quantised weights ('\(words.name)'), but nothing says how they were made",
      mend:
        "Fetch the model's quantize_config.json (GPTQ) or quant_config.json (AWQ) too, or a config.json with "
        + "'quantization_config'.")
  }
}

/// Collects what is found out about a file while its weights are put together.
final class NoteCollector {
  private(set) var texts: [String] = []
  /// Whether any weight was quantised at all.
  var hasQuantized = false

  /// Adds a note, once.
  func add(_ text: String) {
    if !texts.contains(text) { texts.append(text) }
  }
}
