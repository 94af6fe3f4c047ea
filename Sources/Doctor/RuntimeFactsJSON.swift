import JSON

/// The facts as text, for a probe that runs in a process of its own: a driver that crashes then takes only that along.
extension RuntimeFacts {
  /// The facts as JSON.
  package var json: JSON {
    let devices = devices.map { device -> JSON in
      [
        "name": .string(device.name), "full_name": .string(device.fullName),
        "architecture": Self.text(device.architecture), "driver_version": Self.text(device.driverVersion),
        "compiler_version": Self.text(device.compilerVersion),
      ]
    }
    let failures = pluginFailures.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
    return [
      "library": Self.text(library), "origin": .string(origin), "version": Self.text(version),
      "problem": Self.text(problem), "mend": .string(mend), "devices": .array(devices),
      "plugin_failures": .object(JSONObject(uniqueKeysWithValues: failures)),
    ]
  }

  /// Reads what `json` wrote.
  package init(json: JSON) {
    self.init(
      library: json["library"]?.string, origin: json["origin"]?.string ?? "",
      version: json["version"]?.string,
      problem: json["problem"]?.string, mend: json["mend"]?.string ?? "")
    devices = (json["devices"]?.array ?? []).map { device in
      Device(
        name: device["name"]?.string ?? "", fullName: device["full_name"]?.string ?? "",
        architecture: device["architecture"]?.string, driverVersion: device["driver_version"]?.string,
        compilerVersion: device["compiler_version"]?.string)
    }
    for (device, message) in json["plugin_failures"]?.object ?? [:] {
      pluginFailures[device] = message.string ?? ""
    }
  }

  private static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
