import Digests
import Files
import JSON

/// Everything that decides whether a compiled model can be used again.
package struct CacheKey: Sendable, Hashable {
  /// One thing that decides: its name for people, and its value.
  package struct Part: Sendable, Hashable {
    /// "driver", for instance.
    package var name: String
    /// Its value; empty where the device has none.
    package var value: String

    /// Makes a part.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The sum of the model's files (`ModelIdentity`).
  package var model: String
  /// Where the model was; not part of the identity.
  package var modelPath: String
  /// OpenVINO's name of the device: "NPU".
  package var device: String
  /// The device's name for people, with its platform: "Intel(R) AI Boost (3720)".
  package var deviceName: String
  /// The version of the device's driver.
  package var driver: String
  /// The version of the driver's compiler.
  package var compiler: String
  /// The build of OpenVINO.
  package var runtime: String
  /// What we change in the graph before compiling: "logits=last".
  package var graph: String
  /// The properties of the compilation, as "KEY=VALUE".
  package var properties: [String]

  /// Makes a key of its parts.
  package init(
    model: String, modelPath: String, device: String, deviceName: String, driver: String = "",
    compiler: String = "", runtime: String, graph: String = "", properties: [String] = []
  ) {
    self.model = model
    self.modelPath = modelPath
    self.device = device
    self.deviceName = deviceName
    self.driver = driver
    self.compiler = compiler
    self.runtime = runtime
    self.graph = graph
    self.properties = properties.sorted()
  }

  /// All parts, in the order in which they are told to people.
  package var parts: [Part] {
    let fixed = [
      Part("model", model), Part("device", device), Part("device name", deviceName),
      Part("driver", driver), Part("compiler", compiler), Part("OpenVINO", runtime), Part("graph", graph),
    ]
    let open = properties.map { property in
      let halves = property.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Part("property \(halves.first ?? "")", String(halves.dropFirst().first ?? ""))
    }
    return fixed + open
  }

  /// The name of the entry's folder: 32 hexadecimal digits.
  package var digest: String {
    var text = "oven cache 2\n"
    for part in parts {
      text += "\(part.name.utf8.count):\(part.name)=\(part.value.utf8.count):\(part.value)\n"
    }
    var digest = FastDigest()
    digest.update(text)
    return digest.hexadecimal
  }

  /// A part that is not the same in two keys.
  package struct Difference: Sendable, Hashable {
    /// The part's name.
    package var name: String
    /// Its value in the entry; empty if it was not there.
    package var then: String
    /// Its value today; empty if it is not there.
    package var now: String

    /// Makes a difference.
    package init(name: String, then: String, now: String) {
      self.name = name
      self.then = then
      self.now = now
    }
  }

  /// What has changed since `earlier`.
  package func differences(since earlier: CacheKey) -> [Difference] {
    let then = Dictionary(earlier.parts.map { ($0.name, $0.value) }) { first, _ in first }
    let now = Dictionary(parts.map { ($0.name, $0.value) }) { first, _ in first }
    let names = parts.map(\.name) + earlier.parts.map(\.name).filter { now[$0] == nil }
    return names.compactMap { name in
      let difference = Difference(name: name, then: then[name] ?? "", now: now[name] ?? "")
      return then[name] == now[name] ? nil : difference
    }
  }
}

extension CacheKey {
  /// The key as an object of `meta.json`.
  var json: JSON {
    .object([
      "model": .string(model), "model_path": .string(modelPath), "device": .string(device),
      "device_name": .string(deviceName), "driver": .string(driver), "compiler": .string(compiler),
      "runtime": .string(runtime), "graph": .string(graph),
      "properties": .array(properties.map(JSON.string)),
    ])
  }

  /// Reads what `json` wrote; `nil` if anything is missing.
  init?(json: JSON) {
    func text(_ name: String) -> String? { json[name]?.string }
    guard let model = text("model"), let modelPath = text("model_path"), let device = text("device"),
      let deviceName = text("device_name"), let driver = text("driver"), let compiler = text("compiler"),
      let runtime = text("runtime"), let graph = text("graph"), let properties = json["properties"]?.array
    else { return nil }
    self.init(
      model: model, modelPath: modelPath, device: device, deviceName: deviceName, driver: driver,
      compiler: compiler, runtime: runtime, graph: graph, properties: properties.compactMap(\.string))
  }
}
