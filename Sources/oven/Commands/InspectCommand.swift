import ArgumentParser
import Baking
import Foundation
import IRFormat
import JSON

/// `oven inspect`: what a folder is, and where it runs.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Say what is in a folder with an OpenVINO model: formats, shapes, devices, what is missing.",
    discussion: """
      DIR is a baked folder, or one that another tool made. Nothing is loaded, and no OpenVINO is needed.

        oven inspect models/smollm2_int4
        oven inspect models/smollm2_int4 --check
        oven inspect models/smollm2_int4 --json
      """)

  @Argument(help: "A folder with an OpenVINO model, or a name of the store.", completion: .model)
  var dir: String

  @Flag(help: "Read all files and compare them with the sums in oven.json.") var check = false
  @Flag(help: "Print it as JSON to stdout.") var json = false

  func run() throws {
    let path = try ModelPlace.any(dir)
    if case .checkpoint(let source) = PathKind(path) { throw ModelPlace.notBaked(dir, source) }
    let url = URL(filePath: path, directoryHint: .isDirectory)
    let inspection = try FolderInspection(url)
    let check = check ? try FolderCheck(of: url, manifest: inspection.manifest) : nil
    if json {
      var report = inspection.json.object ?? [:]
      if let check { report["check"] = .array(check.files.map { .string("\($0.name): \($0.result.words)") }) }
      Terminal.output.line(JSON.object(report).serialized(.pretty))
    } else {
      Terminal.output.rows(InspectScreen(inspection).lines)
      Terminal.output.rows(check?.files.map { "\($0.name): \($0.result.words)" } ?? [])
    }
    guard let check, let bad = check.files.first(where: { $0.result != .intact }) else { return }
    throw ErrorReport(
      what: "\(bad.name) is not what was baked: \(bad.result.words)",
      why:
        "\(check.files.count { $0.result != .intact }) of \(check.files.count) files differ from oven.json",
      mend: "bake the model again", status: .badData)
  }
}

extension FolderCheck.Result {
  /// The result for a person.
  var words: String {
    switch self {
    case .intact: "intact"
    case .missing: "missing"
    case .otherSize(let found, let expected): "\(found) bytes instead of \(expected)"
    case .otherSum: "changed: its checksum is another"
    case .noSum: "no checksum is known"
    }
  }
}

/// An inspection as lines of text.
private struct InspectScreen {
  var lines: [String] = []

  init(_ inspection: FolderInspection) {
    let name = inspection.architecture.map { " (\($0))" } ?? ""
    lines.append("\(inspection.url.path): \(inspection.modelType ?? "a model without config.json")\(name)")
    if let manifest = inspection.manifest { add(manifest: manifest) }
    for graph in inspection.graphs { add(graph) }
    for missing in inspection.missing { lines.append("missing: \(missing.name): \(missing.consequence)") }
  }

  private mutating func add(manifest: JSON) {
    let summary = manifest["summary"]
    let source = manifest["source"]
    let origin = source?["model_id"]?.string ?? source?["path"]?.string ?? "?"
    let size = summary?["baked_bytes"]?.int.map(Units.bytes) ?? "?"
    let bits = summary?["bits_per_weight"]?.double.map { Units.decimals($0, 2) } ?? "?"
    lines.append(
      "baked by Oven \(manifest["oven_version"]?.string ?? "?") from \(origin): \(size), "
        + "\(bits) bits per weight")
  }

  private mutating func add(_ graph: FolderInspection.Graph) {
    let shapes = graph.isStatic ? "static" : "dynamic"
    let kind = graph.stateCount > 0 ? "\(graph.stateCount) states" : "no states"
    lines.append("\(graph.name): \(shapes), \(kind), \(graph.layerCount) layers")
    for use in graph.weights {
      lines.append("  \(use.words)")
    }
    for verdict in DeviceVerdict.all(for: graph) {
      let reasons = verdict.reasons.isEmpty ? "" : ": " + verdict.reasons.joined(separator: "; ")
      lines.append("  \(verdict.device) \(verdict.answer.rawValue)\(reasons)")
    }
  }
}

extension IRDocument.WeightUse {
  /// The format for a person: `210 × i4, groups of 64, f16 scales: 66 MB`.
  fileprivate var words: String {
    var text = "\(tensorCount) × \(elementType)"
    if let scaleType {
      text += groupSize.map { ", groups of \($0)" } ?? ", whole rows"
      text += ", \(scaleType) scales"
    }
    if let zeroPointType { text += ", \(zeroPointType) zero points" }
    return text + ": " + Units.bytes(byteCount)
  }
}
