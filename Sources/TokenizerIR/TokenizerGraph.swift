import IRFormat
import Tokenization

/// Builds `openvino_tokenizer.xml`: text in, `input_ids` and `attention_mask` out.
enum TokenizerGraph {
  struct Settings {
    var padID = 0
    var padsRight = true
  }

  static func build(
    _ vocabulary: LoweredVocabulary, _ settings: Settings
  ) throws(TokenizerIRError) -> (document: IRBuilder, differences: [String]) {
    var pipeline = TextPipeline(IRBuilder(name: "tokenizer"))
    let definition = vocabulary.definition
    pipeline.splitSpecialTokens(vocabulary.added)
    if let normalizer = definition.normalizer { try pipeline.normalize(normalizer) }
    if let preTokenizer = definition.preTokenizer { try pipeline.preTokenize(preTokenizer) }
    let ids = try pipeline.tokenize(vocabulary)
    var document = pipeline.document
    let combined = combine(ids, definition.frame, &document)
    finish(combined, settings, &document)
    return (document, pipeline.differences)
  }

  /// Cuts to the greatest length and puts the special tokens around. The runtime finds the parts of special tokens
  /// by their constants, so that it can leave them out.
  private static func combine(
    _ ids: [IRBuilder.Output], _ segments: PostProcessor.Part, _ document: inout IRBuilder
  ) -> [IRBuilder.Output] {
    let kinds: [IRBuilder.Kind] = [(.i32, 1), (.i32, 1), (.i32, 1)]
    let specials = segments.count { $0 != nil }
    let most = document.integers([Int(Int32.max) - specials], isScalar: true)
    let truncated = document.add(
      "Truncate", [("m_num_inputs", "1")],
      ids + [most, document.text("right"), document.text("longest_first")],
      kinds)
    var inputs: [IRBuilder.Output] = []
    for segment in segments {
      switch segment {
      case nil: inputs += truncated
      case let id?:
        inputs += [
          document.integers([0], isScalar: true), document.integers([1], isScalar: true),
          document.integers([id]),
        ]
      }
    }
    inputs.append(document.integers(segments.map { _ in 0 }))
    let outputs = document.add("CombineSegments", [], inputs, kinds + kinds)
    return Array(outputs[0..<3])
  }

  private static func finish(
    _ ids: [IRBuilder.Output], _ settings: Settings, _ document: inout IRBuilder
  ) {
    let lengths = document.one(
      "Subtract", version: "opset1", [("auto_broadcast", "numpy")], [ids[1], ids[0]], (.i32, 1))
    let longest = document.one(
      "ReduceMax", version: "opset1", [("keep_dims", "false")],
      [lengths, document.integers([0], isScalar: true)], (.i32, 0))
    let padded = document.add(
      "RaggedToDense",
      [("pad_right", settings.padsRight ? "true" : "false"), ("m_pad_max_length", "false")],
      ids + [longest, document.integers([settings.padID], isScalar: true)], [(.i32, 2), (.boolean, 2)])
    for (name, value) in [("input_ids", padded[0]), ("attention_mask", padded[1])] {
      let converted = document.one(
        "Convert", version: "opset1", [("destination_type", "i64")], [value], (.i64, 2), names: [name])
      _ = document.add("Result", version: "opset1", [], [converted], [], names: [name])
    }
  }
}
