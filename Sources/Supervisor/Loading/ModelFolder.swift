import Errors
import Files
import JSON

/// The files of a model to run: a folder that we or another tool baked, or an IR file by itself.
package struct ModelFolder: Sendable, Hashable {
  /// One of the graphs that a folder may have over the same weights; its file's name without the ending.
  package enum Graph: String, Sendable, Codable {
    /// Dynamic shapes; the runtime keeps the cache.
    case stateful = "openvino_model"
    /// A whole prompt, of fixed length.
    case prefill = "openvino_prefill"
    /// One token more, with a cache of fixed length.
    case decode = "openvino_decode"
    /// What the host computes for one of these two.
    case inputs = "_inputs"
  }

  /// The folder.
  package var folder: String
  /// Which graph `xml` is.
  package private(set) var graph = Graph.stateful
  /// The graph.
  package var xml: String
  /// The weights.
  package var weights: String
  /// The manifest of a bake of ours, if there is one.
  package var manifest: String?
  /// The tokens that the model was trained for, if `config.json` says so.
  package var contextLength: Int?
  /// The number of tokens that it knows, if `config.json` says so.
  package var vocabularySize: Int?
  /// The family, such as "llama", if `config.json` says so.
  package var family: String?
  /// How many query heads its layers have, if `config.json` says so.
  package private(set) var headCount: Int?
  /// How many numbers a token is between two layers, if `config.json` says so.
  package private(set) var width: Int?
  /// How many experts its layers have, if `config.json` says so.
  package private(set) var expertCount: Int?
  /// Whether it has gated delta nets, if `config.json` says so.
  package private(set) var hasDeltaNets = false

  /// Whether it is a mixture of experts.
  package var hasExperts: Bool { (expertCount ?? 0) > 1 }

  /// Why another user could change the model without this one noticing; nil where nobody can.
  package var writableByOthers: String? {
    // What else is in it speaks for the model as well: its tokenizer, its template, what it ends with.
    let files = Folders.readableNames(in: folder).map { "\(folder)/\($0)" }
    for path in [folder, xml, weights] + files {
      guard let status = FileStatus(at: path), status.kind != .other else { continue }
      // Its owner may be another user who keeps models for all.
      if let reason = Owners.distrust(status, user: status.owner) { return "\(path): \(reason)" }
    }
    return nil
  }

  /// Looks at a folder or an XML file.
  ///
  /// - Throws: `.noModel` where there is none, with what was found instead.
  package init(path: String) throws(SupervisorError) {
    guard let status = FileStatus(at: path) else {
      throw SupervisorError(.noModel, "there is no file or folder \(path)", advice: Self.bakeFirst)
    }
    folder = status.isFolder ? path : Folders.parent(of: path)
    if folder.utf8.count > 1, folder.utf8.last == UInt8(ascii: "/") { folder.removeLast() }
    xml = status.isFolder ? folder + "/openvino_model.xml" : path
    guard FileStatus(at: xml)?.isFolder == false else {
      throw SupervisorError(.noModel, "the folder \(path) has no openvino_model.xml", advice: Self.bakeFirst)
    }
    guard xml.hasSuffix(".xml") else {
      throw SupervisorError(.noModel, "\(path) is not an OpenVINO model (.xml)", advice: Self.bakeFirst)
    }
    weights = String(xml.dropLast(4)) + ".bin"
    guard FileStatus(at: weights)?.isFolder == false else {
      throw SupervisorError(
        .noModel, "\(xml) has no weights: \(weights) is missing",
        advice: FileStatus(at: folder + "/openvino_model.bin") == nil
          ? "Copy the .bin file too, or bake again."
          : """
          It may be one of several graphs over openvino_model.bin: name the folder, with \
          \(setting: .runsFixedShapes) for these.
          """
      )
    }
    manifest = folder + "/oven.json"
    if FileStatus(at: folder + "/oven.json") == nil { manifest = nil }
    readConfiguration()
  }

  /// The same model as one of its fixed-shape graphs, which stand over the weights of the stateful one.
  ///
  /// - Throws: `.noModel` where the folder has none.
  package func fixedShape(_ graph: Graph) throws(SupervisorError) -> ModelFolder {
    var copy = self
    copy.graph = graph
    copy.xml = "\(folder)/\(graph.rawValue).xml"
    guard FileStatus(at: copy.xml)?.isFolder == false else {
      throw SupervisorError(
        .noModel,
        "the folder \(folder) has no \(graph.rawValue).xml: it was baked without fixed-shape graphs",
        advice: """
          Leave \(setting: .runsFixedShapes) out, or bake them too: \(Self.bake) \(setting: .bakedShapes) \
          \(setting: .bakedPromptLength) 1024 \(setting: .bakedContextLength) 1152.
          """)
    }
    return copy
  }

  /// The fixed-shape graphs that a device runs: the prefill, and the decode graphs, the shortest context first.
  ///
  /// - Throws: `.noModel` where the folder has none.
  package func fixedShapes() throws(SupervisorError) -> [ModelFolder] {
    let prefill = try fixedShape(.prefill), longest = try fixedShape(.decode)
    let prefix = Graph.decode.rawValue + "_"
    let steps = Folders.readableNames(in: folder).compactMap { name -> (length: Int, name: String)? in
      guard name.hasPrefix(prefix), name.hasSuffix(".xml") else { return nil }
      return Int(name.dropFirst(prefix.count).dropLast(4)).map { ($0, name) }
    }
    let shorter = steps.sorted { $0.length < $1.length }.map { step in
      var copy = longest
      copy.xml = "\(folder)/\(step.name)"
      return copy
    }
    return [prefill] + shorter + [longest]
  }

  /// What the host computes for this one of the fixed-shape graphs.
  ///
  /// - Throws: `.noModel` where it is missing.
  package func inputs() throws(SupervisorError) -> ModelFolder {
    var copy = self
    copy.graph = .inputs
    copy.xml = "\(folder)/\(graphName)\(Graph.inputs.rawValue).xml"
    guard FileStatus(at: copy.xml)?.isFolder == false else {
      throw SupervisorError(
        .noModel, "the folder \(folder) has no \(copy.graphName).xml beside \(graphName).xml",
        advice:
          "It was copied in part, or baked by an earlier Oven: bake again with \(setting: .bakedShapes).")
    }
    return copy
  }

  /// The graph's file without its ending.
  package var graphName: String { String((xml.split(separator: "/").last ?? "").dropLast(4)) }

  /// More tokens than any device here has the memory to hold the keys of.
  private static let longestContext = 1 << 22

  private static let bake: Wording = "\(setting: .bake) SOURCE \(setting: .bakedFolder) DIR"
  private static let bakeFirst: Wording = "Bake a checkpoint first: \(bake)."

  private mutating func readConfiguration() {
    guard let bytes = SmallFile.bytes(at: folder + "/config.json", limit: 1 << 24),
      let json = try? JSON(parsing: bytes)
    else { return }
    // Models that also see keep the language model's part in an object of its own.
    let text = json["text_config"] ?? json
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { text[$0]?.int ?? json[$0]?.int }.first { $0 > 0 }
    }
    // Buffers are as long as this: what a file claims beyond all that could be computed is not believed.
    contextLength = number("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length")
      .map { min($0, Self.longestContext) }
    vocabularySize = number("vocab_size")
    headCount = number("num_attention_heads", "n_head")
    width = number("hidden_size", "n_embd", "d_model")
    family = json["model_type"]?.string
    expertCount =
      number("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts")
      ?? text["ffn_config"]?["moe_num_experts"]?.int
    hasDeltaNets = number("linear_value_head_dim") != nil
  }

  /// The identity of the content, for the cache.
  package func identity() throws(SupervisorError) -> ModelIdentity {
    try ModelIdentity(xml: xml, weights: weights, manifest: manifest)
  }
}
