import Architectures
import Checkpoints
import Errors
import Foundation
import Graph
import IRFormat
import JSON
import Quantization
import Tensors

/// Everything that a bake will do, decided before the first byte is written: every refusal is made here.
struct BakePlan {
  let checkpoint: OpenedCheckpoint
  /// The family, as `config.json` names it.
  let modelType: String
  /// The configuration that the graphs were made by.
  let config: JSON
  let recipe: QuantizationRecipe
  private(set) var bin: BinPlan
  private var decisions: WeightDecisions
  /// The stateful graph with logical weights.
  let logical: Graph
  let layout: BinLayout
  /// The graphs, by the name of their file without the ending.
  let graphs: [(name: String, graph: Graph)]
  let files: SourceFiles
  let tokenizerIR: TokenizerIRFiles
  let parameterCount: Int
  let notes: [String]

  /// Plans a bake whose weights are rounded as a calibration says, or to nearest.
  init(_ options: BakeOptions, isCalibrated: Bool) throws {
    let checkpoint =
      if let remote = options.remoteWeights {
        try Checkpoint.open(sources: remote.files, configIn: options.source.path)
      } else {
        try Checkpoint.open(path: options.source.path)
      }
    self.checkpoint = checkpoint
    guard let config = checkpoint.config else { throw BakeError.noConfig(options.source.path) }
    let reading = try ModelReading(
      config: config, weights: checkpoint.weights, readsNumbers: options.remoteWeights == nil,
      usesStoredHead: options.usesStoredHead)
    files = try SourceFiles(
      of: checkpoint, at: options.source, text: reading.text, needsTokenizer: options.needsTokenizer)
    tokenizerIR = try TokenizerIRFiles(files, isStrict: options.isStrictAboutTokenizer)
    self.config = reading.config
    let positions = ["max_position_embeddings", "n_positions"].lazy.compactMap { reading.config[$0]?.int }
    try options.staticShapes?.check(modelPositions: positions.first)
    modelType = reading.config["model_type"]?.string ?? "unknown"
    try Self.checkUnused(reading.unused)

    let adapted = try AdaptedWeights(reading.weights, options.adapters, used: reading.used)
    let logical = try Self.logicalGraphs(reading.architecture, adapted, options)
    self.logical = logical[0].graph
    if options.recipe.target == .npu { try Self.checkStates(logical[0].graph, config) }
    let weights = logical[0].graph.weights
    parameterCount = Self.parameterCount(of: weights)
    let recipe = options.recipe.recipe(
      parameterCount: parameterCount, keepsValues: weights.contains { $0.weight.keptFormat != nil },
      isCalibrated: isCalibrated, hasExperts: weights.contains { $0.role == .expert })
    self.recipe = recipe

    try recipe.check()
    // AWQ and the ranking of mixed precision read weights already.
    if recipe.awq || recipe.ratio < 1 { options.remoteWeights?.accept() }
    let evened = recipe.awq ? try AWQFolding(logical[0].graph).weights : [:]
    let decisions = try WeightDecisions(
      weights, recipe: recipe, replacements: evened, costs: options.measuredCosts)
    self.decisions = decisions
    var notes = checkpoint.notes + reading.notes
    notes += adapted.notes + files.notes
    notes += tokenizerIR.notes + decisions.notes
    if recipe.awq { notes.append("AWQ: \(evened.count / 2) pairs of matrices evened out") }
    if options.staticShapes != nil, !recipe.isSymmetric || recipe.ratio < 1 {
      let note: Wording =
        "the fixed-shape graphs are for an NPU's compiler, which takes symmetric weights of one format: "
        + "leave \(setting: .noSym) and \(setting: .ratio) out"
      notes.append(note.text(options.settingName))
    }
    if options.staticShapes != nil, weights.contains(where: { $0.role == .expert }) {
      notes.append(
        "the fixed-shape graphs compute all experts for every token: on an NPU, the graph for NPUW is the faster one"
      )
    }
    let experts = weights.filter { $0.role == .expert }
    if recipe.target == .npu,
      let fault = ExpertsOnNPU(
        isChoiceKnown: !logical[0].graph.hasExpertsUnknownToNPUW,
        formats: experts.map { decisions.format(of: $0) })
    {
      let count = experts.map(\.shape.elementCount).max() ?? 0
      notes.append(try fault.note(count: count, modelType: modelType).text(options.settingName))
    }
    self.notes = notes
    var layout = BinLayout()
    graphs = try logical.map { name, graph in
      let lowered = try graph.lowered { decisions.format(of: $0) }
      layout.add(lowered)
      return (name, lowered)
    }
    layout.arrange(by: Self.sourceOrder(of: weights, in: checkpoint.weights))
    self.layout = layout
    bin = try BinPlan(layout) { blob in try decisions.job(for: blob) }
  }

  /// Refuses what the NPU plugin's path for language models cannot run: it fills prompts up to a fixed length, which
  /// would become a part of a recurrent state, keeps no states but keys and values, and leaves gaps among these.
  private static func checkStates(_ graph: Graph, _ config: JSON) throws {
    let recurrent = graph.variables.filter { !$0.isCache }.count
    guard recurrent > 0 else { return }
    let why =
      "\(recurrent) of its states are recurrent; the NPU plugin keeps keys and values only, and fills prompts up"
    throw BakeError(
      .usage,
      wording:
        "\(setting: .target) npu: \(config["model_type"]?.string ?? "this model") cannot run on an NPU",
      why: Wording(why),
      mend: "Leave \(setting: .target) npu out: the model runs on a CPU or GPU.")
  }

  /// The graphs that are asked for, with logical weights; the stateful one first.
  private static func logicalGraphs(
    _ architecture: any Architecture, _ weights: any WeightSource, _ options: BakeOptions
  ) throws -> [(name: String, graph: Graph)] {
    var kinds: [(String, GraphOptions.Kind)] = [("openvino_model", .stateful)]
    if let lengths = options.staticShapes {
      let past = lengths.contextLength - lengths.promptLength
      kinds.append(("openvino_prefill", .prefill(promptLength: lengths.promptLength, pastLength: past)))
      kinds.append(("openvino_decode", .decode(contextLength: lengths.contextLength)))
      kinds += lengths.contextSteps.map { ("openvino_decode_\($0)", .decode(contextLength: $0)) }
    }
    return try kinds.flatMap { name, kind in
      let parts: [(String, GraphOptions.Part)] =
        kind == .stateful ? [(name, .whole)] : [(name, .device), (name + "_inputs", .host)]
      return try parts.map { name, part in
        let graphOptions = GraphOptions(
          mergeProjections: options.mergesProjections, kind: kind, part: part, cacheType: .f16,
          isForNPU: kind != .stateful || options.recipe.target == .npu)
        return (name, try architecture.graph(weights: WeightScope(weights), options: graphOptions))
      }
    }
  }

  /// The order in which the checkpoint has the weights. The file is laid out like that, so that the source is read
  /// from its first byte to its last: disks are fastest then, a download can be baked while it comes in, and the
  /// checksum of a stream can be computed.
  private static func sourceOrder(
    of weights: [LogicalWeight], in source: any WeightSource
  ) -> (Blob) -> Int {
    let places = Dictionary(
      source.tensorNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let ranks = Dictionary(
      weights.map { weight in (weight.name, weight.weight.tensors.compactMap { places[$0.name] }.min() ?? -1)
      },
      uniquingKeysWith: { first, _ in first })
    return { blob in ranks[blob.key.sharedName] ?? Int.max }
  }

  /// The numbers of a model's weights; those of weights that share them counted once.
  private static func parameterCount(of weights: [LogicalWeight]) -> Int {
    var counted: Set<String> = []
    return weights.reduce(0) { $0 + (counted.insert($1.sharedName).inserted ? $1.shape.elementCount : 0) }
  }

  /// Refuses a checkpoint with tensors that the family does not use: they would be silently lost.
  private static func checkUnused(_ unused: [String]) throws(BakeError) {
    guard let first = unused.first else { return }
    throw BakeError(
      .badData,
      "the checkpoint has \(unused.count) tensors that this family does not use, such as '\(first)'",
      why: "the model is more than its config.json says, and would compute something else without them",
      advice:
        "check that config.json belongs to these weights; '\(setting: .families)' lists what is supported")
  }

  /// Whether any weight gets four bits, which is what calibration is about.
  var hasFourBitWeights: Bool {
    decisions.quantized.values.contains { $0.elementType.bits == 4 }
  }

  /// The model for a calibrator that works in `folder`.
  func subject(_ options: BakeOptions, workFolder: URL, fingerprint: String) -> CalibrationSubject {
    CalibrationSubject(
      graph: logical, quantized: decisions.quantized,
      files: Dictionary(files.files.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first }),
      options: options, parameterCount: parameterCount, workFolder: workFolder, fingerprint: fingerprint,
      resumes: options.resumes)
  }

  /// Stores what a calibration has found. The layout of the file stays what it is.
  mutating func apply(_ calibrated: CalibratedWeights) throws {
    decisions.apply(calibrated)
    bin = try BinPlan(layout) { [decisions] blob in try decisions.job(for: blob) }
  }

  /// How many bytes the result will take, files beside the weights included.
  var byteCount: Int {
    let graphText = graphs.reduce(0) { $0 + $1.graph.nodes.count * 700 }
    return bin.totalByteCount + graphText
      + (files.files + tokenizerIR.files).reduce(0) { $0 + $1.bytes.count } + (1 << 20)
  }

  /// How many bytes of the checkpoint are read.
  var sourceByteCount: Int { bin.jobs.reduce(0) { $0 + $1.sourceByteCount } }
}

extension BakeError {
  static func noConfig(_ path: String) -> BakeError {
    BakeError(
      .noInput, "\(path) has no config.json",
      why: "it says which family the weights belong to, and their sizes",
      mend: "put the model's config.json beside its weights")
  }
}
