import JSON
import OpenVINO

/// How a device is told to compute a model, beside what the user says: what `oven tune` found to be fastest.
package struct TunedSettings: Sendable, Hashable {
  /// Properties for the plugin, by OpenVINO's names.
  package var properties: [String: String] = [:]
  /// What keeps the conversation; nil where it is left as it is.
  package var engine: EngineChoice?

  /// Whether products of the same input become one.
  package var mergesProjections = false

  /// The type in which steps of few tokens are computed, by a form of their own; nil for the same form as all others.
  package var fewTokensPrecision: String?

  /// What computes products on a CPU; nil where it is left as it is.
  package var kernels: CPUKernels?

  /// Nothing but what is usual.
  package init() {}

  /// The properties that may be tuned. Others are not taken from a file: some name paths that a plugin writes to.
  package static let names: Set<String> = [
    "DYNAMIC_QUANTIZATION_GROUP_SIZE", "INFERENCE_PRECISION_HINT", "KV_CACHE_PRECISION",
    "INFERENCE_NUM_THREADS",
    "ENABLE_CPU_PINNING", "ENABLE_HYPER_THREADING", "SCHEDULING_CORE_TYPE",
  ]

  /// `KEY=VALUE` of properties in alphabetical order, then the rest in the same form.
  package var words: [String] {
    properties.map { "\($0.key)=\($0.value)" }.sorted() + (engine.map { ["engine=\($0.rawValue)"] } ?? [])
      + (mergesProjections ? ["projections=merged"] : [])
      + (fewTokensPrecision.map { ["few-tokens=\($0)"] } ?? [])
      + (kernels.map { ["kernels=\($0.rawValue)"] } ?? [])
  }

  /// The properties for the plugin.
  var plugin: Properties { Properties(properties.mapValues(PropertyValue.text)) }

  /// The settings as JSON.
  package var json: JSON {
    var members: [(String, JSON)] = [
      (
        "properties",
        .object(
          JSONObject(
            uniqueKeysWithValues: properties.sorted { $0.key < $1.key }.map {
              ($0.key, JSON.string($0.value))
            }))
      )
    ]
    if let engine { members.append(("engine", .string(engine.rawValue))) }
    if mergesProjections { members.append(("projections", .string("merged"))) }
    if let fewTokensPrecision { members.append(("few_tokens", .string(fewTokensPrecision))) }
    if let kernels { members.append(("kernels", .string(kernels.rawValue))) }
    return .object(JSONObject(uniqueKeysWithValues: members))
  }

  /// Reads what `json` wrote; nil for anything else.
  package init?(json: JSON) {
    guard let object = json["properties"]?.object else { return nil }
    for (name, value) in object {
      guard Self.names.contains(name), let text = value.string else { return nil }
      properties[name] = text
    }
    if let name = json["engine"]?.string {
      guard let engine = EngineChoice(rawValue: name) else { return nil }
      self.engine = engine
    }
    mergesProjections = json["projections"]?.string == "merged"
    fewTokensPrecision = json["few_tokens"]?.string
    if let name = json["kernels"]?.string {
      guard let kernels = CPUKernels(rawValue: name), kernels != .auto else { return nil }
      self.kernels = kernels
    }
  }
}
