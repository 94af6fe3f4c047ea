import JSON

/// Builds `openvino_tokenizer.xml`: text in, `input_ids` and `attention_mask` out.
enum TokenizerGraph {
  struct Settings {
    var padID = 0
    var padsRight = true
  }

  static func build(
    _ tokenizer: TokenizerDescription, _ settings: Settings
  ) throws(TokenizerIRError) -> (document: IRDocument, differences: [String]) {
    var pipeline = TextPipeline(IRDocument(name: "tokenizer"))
    pipeline.splitSpecialTokens(tokenizer.added)
    try pipeline.normalize(tokenizer.json["normalizer"] ?? .null)
    try pipeline.preTokenize(tokenizer.json["pre_tokenizer"] ?? .null)
    let ids = try pipeline.tokenize(tokenizer)
    let segments = Segment.read(tokenizer.json["post_processor"] ?? .null)
    var document = pipeline.document
    let combined = combine(ids, segments, &document)
    finish(combined, settings, &document)
    return (document, pipeline.differences)
  }

  /// Cuts to the greatest length and puts the special tokens around. The runtime finds the parts of special tokens
  /// by their constants, so that it can leave them out.
  private static func combine(
    _ ids: [IRDocument.Output], _ segments: [Segment], _ document: inout IRDocument
  ) -> [IRDocument.Output] {
    let kinds: [IRDocument.Kind] = [(.i32, 1), (.i32, 1), (.i32, 1)]
    let specials = segments.filter { if case .token = $0 { true } else { false } }.count
    let most = document.integers([Int(Int32.max) - specials], isScalar: true)
    let truncated = document.add(
      "Truncate", [("m_num_inputs", "1")],
      ids + [most, document.text("right"), document.text("longest_first")],
      kinds)
    var inputs: [IRDocument.Output] = []
    for segment in segments {
      switch segment {
      case .main: inputs += truncated
      case .token(let id):
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
    _ ids: [IRDocument.Output], _ settings: Settings, _ document: inout IRDocument
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

/// What the post-processor puts into the row.
enum Segment {
  case main
  case token(Int)

  /// The segments of one text; only the text itself where there is no template.
  static func read(_ json: JSON) -> [Segment] {
    switch json["type"]?.string {
    case "TemplateProcessing": return template(json)
    case "BertProcessing", "RobertaProcessing":
      guard let cls = json["cls"]?[1]?.int, let sep = json["sep"]?[1]?.int else { return [.main] }
      return [.token(cls), .main, .token(sep)]
    case "Sequence":
      for part in json["processors"]?.array ?? [] {
        let segments = read(part)
        if segments.count > 1 { return segments }
      }
      return [.main]
    default: return [.main]
    }
  }

  private static func template(_ json: JSON) -> [Segment] {
    var segments: [Segment] = []
    for piece in json["single"]?.array ?? [] {
      if let name = piece["SpecialToken"]?["id"]?.string {
        let ids = json["special_tokens"]?[name]?["ids"]?.array ?? []
        segments += ids.compactMap(\.int).map { .token($0) }
      } else {
        segments.append(.main)
      }
    }
    return segments
  }
}
