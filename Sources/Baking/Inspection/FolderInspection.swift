import Files
import Foundation
import IRFormat
import JSON

/// What a folder with an OpenVINO language model is, whoever made it: read from its files, without a runtime.
public struct FolderInspection: Sendable {
  /// A graph of the folder.
  public struct Graph: Sendable {
    /// The XML file.
    public var name: String
    /// The sizes of its `.bin`: what there is (nil without the file), and what the graph refers to.
    public var weightsByteCount: Int?
    public var neededByteCount: Int
    /// Whether all inputs have fixed shapes.
    public var isStatic: Bool
    package var inputs: [IRDocument.Tensor]
    package var outputs: [IRDocument.Tensor]
    /// How many states the runtime keeps: two for each layer of a stateful model.
    public var stateCount: Int
    public var layerCount: Int
    /// How the matrices are stored, the largest part first.
    package var weights: [IRDocument.WeightUse]
    /// The share of four-bit weights that the file's notes tell; nil without such notes.
    public var ratio: Double?

    /// Whether the weights are there, all of them.
    public var hasItsWeights: Bool { (weightsByteCount ?? -1) >= neededByteCount }
  }

  /// Something that the folder lacks.
  public struct Missing: Sendable, Equatable {
    /// The file.
    public var name: String
    /// What does not work without it.
    public var consequence: String
  }

  /// The folder.
  public var url: URL
  /// `model_type` and the first of `architectures` in `config.json`.
  public var modelType: String?
  public var architecture: String?
  /// `oven.json`, where Oven made the folder.
  public var manifest: JSON?
  /// The graphs of the language model, `openvino_model.xml` first.
  public var graphs: [Graph]
  /// What is missing.
  public var missing: [Missing]

  /// Looks at a folder.
  /// - Throws: `BakeError` of code `noInput` where it has no graph, `IRError` for a damaged one.
  public init(_ url: URL) throws {
    self.url = url
    let names = Set(Folders.readableNames(in: url.path))
    let graphNames = names.filter { $0.hasSuffix(".xml") && !$0.contains("tokenizer") }
    guard !graphNames.isEmpty else {
      throw BakeError(
        .noInput, "\(url.path) has no OpenVINO model", why: "there is no .xml file of a graph in it",
        advice: names.isEmpty
          ? "check the path" : "name a baked folder; '\(setting: .bake)' makes one of a checkpoint")
    }
    manifest = try Self.json(url, Manifest.fileName, in: names)
    let config = try Self.json(url, "config.json", in: names)
    modelType = config?["model_type"]?.string ?? manifest?["model_type"]?.string
    architecture = config?["architectures"]?.array?.first?.string
    let others = graphNames.subtracting([Self.mainGraph]).sorted()
    let ordered = (graphNames.contains(Self.mainGraph) ? [Self.mainGraph] : []) + others
    graphs = try ordered.map { try Graph(url, $0) }
    missing = Self.missing(graphs, names)
  }

  private static let mainGraph = "openvino_model.xml"

  private static func json(_ url: URL, _ name: String, in names: Set<String>) throws(BakeError) -> JSON? {
    guard names.contains(name) else { return nil }
    do {
      return try JSON(parsing: BoundedFile.contents(of: url.appending(path: name), limit: 1 << 27))
    } catch let error as BakeError { throw error } catch {
      throw BakeError(
        .badData, "\(url.appending(path: name).path) cannot be read", why: "\(error)",
        mend: "bake or fetch the model again")
    }
  }

  private static func missing(_ graphs: [Graph], _ names: Set<String>) -> [Missing] {
    var missing: [Missing] = []
    func need(_ name: String, _ consequence: String, _ isThere: Bool? = nil) {
      if !(isThere ?? names.contains(name)) { missing.append(Missing(name: name, consequence: consequence)) }
    }
    need(mainGraph, "OpenVINO GenAI, optimum-intel and Oven look for a graph of this name")
    for graph in graphs where !graph.hasItsWeights {
      need(
        Graph.weightsName(graph.name),
        graph.weightsByteCount.map { "it has \($0) bytes, and the graph needs \(graph.neededByteCount)" }
          ?? "the graph has no weights", false)
    }
    need("config.json", "other tools cannot tell what kind of model it is: \"library name not found\"")
    need("tokenizer.json", "Oven and optimum-intel cannot turn text into tokens")
    need("tokenizer_config.json", "optimum-intel does not know the kind of the tokenizer")
    for ending in ["xml", "bin"] {
      need("openvino_tokenizer.\(ending)", "OpenVINO GenAI takes tokens only, no text")
      need("openvino_detokenizer.\(ending)", "OpenVINO GenAI gives tokens only, no text")
    }
    need("generation_config.json", "the end token is a guess")
    return missing
  }
}

extension FolderInspection.Graph {
  static func weightsName(_ name: String) -> String { name.dropLast(4) + ".bin" }

  fileprivate init(_ folder: URL, _ name: String) throws {
    let document = try IRReader.parse(
      try BoundedFile.contents(of: folder.appending(path: name), limit: 1 << 29))
    // The fixed-shape graphs of a bake stand over the weights of the first one.
    let own = folder.appending(path: Self.weightsName(name)).path
    let shared = folder.appending(path: WeightsStage.fileName).path
    let path = FileStatus(at: own) == nil ? shared : own
    self.name = name
    weightsByteCount = FileStatus(at: path)?.size
    neededByteCount = document.layers.reduce(0) { most, layer in
      guard layer.type == "Const", let offset = layer.attributes["offset"].flatMap({ Int($0) }),
        let size = layer.attributes["size"].flatMap({ Int($0) })
      else { return most }
      return max(most, offset.addingReportingOverflow(size).partialValue)
    }
    isStatic = document.isStatic
    inputs = document.parameters
    outputs = document.results
    stateCount = document.states.count
    layerCount = document.layers.count
    weights = document.weightUses
    ratio = document.runtimeInfo.value("nncf", "weight_compression", "ratio").flatMap { Double($0) }
  }
}
