import Architectures
import ArgumentParser
import Checkpoints
import JSON

/// `oven families`: which model families can be baked, and what runs of each.
struct FamiliesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "families",
    abstract: "List the model families that can be baked, and what runs of each.",
    discussion: """
      The names are those that a config.json has under 'model_type'. The error is the largest difference of a logit \
      from transformers, relative to the largest logit, measured on tiny models. All run statefully; docs/families.md \
      says how each was measured.
      """)

  @Flag(help: "Print a JSON array.") var json = false
  @Flag(help: "Print the names alone, one a line.") var names = false

  func run() {
    let types = ArchitectureRegistry.modelTypes
    if json {
      Terminal.output.line(JSON.array(types.map(Self.facts)).serialized())
    } else if names {
      types.forEach { Terminal.output.line($0) }
    } else {
      var table = Table([.left, .right, .left, .left, .left, .left])
      table.add("model_type", "error", "paged", "NPU", "static", "GGUF")
      for type in types {
        let measured = MeasuredFamily.all[type]
        func mark(_ reach: MeasuredFamily.Reach?) -> String { reach?.rawValue ?? "–" }
        table.add(
          type, measured.map { Self.short($0.error) } ?? "–", mark(measured?.paged), mark(measured?.npu),
          mark(measured?.fixedShapes), GGUFFamilies.names(of: type).joined(separator: ", "))
      }
      table.lines.forEach { Terminal.output.line($0) }
    }
  }

  private static func facts(_ type: String) -> JSON {
    var members: JSONObject = [
      "model_type": .string(type), "gguf": .array(GGUFFamilies.names(of: type).map(JSON.string)),
    ]
    if let measured = MeasuredFamily.all[type] {
      members["error"] = .double(measured.error)
      members["stateful"] = true
      members["paged"] = .string(measured.paged.rawValue)
      members["npu"] = .string(measured.npu.rawValue)
      members["static"] = .string(measured.fixedShapes.rawValue)
      members["gguf_error"] = measured.ggufError.map(JSON.double) ?? .null
    }
    return .object(members)
  }

  /// `4.2e-07`.
  private static func short(_ error: Double) -> String {
    guard error > 0, error.isFinite else { return "0" }
    var (digits, exponent) = (error, 0)
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    let tenths = Int((digits * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)e\(exponent)"
  }
}
