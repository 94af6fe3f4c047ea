import OpenVINO

/// The devices of a machine, as far as their choice needs them. Tests make their own.
package protocol DeviceCatalog {
  /// OpenVINO's names of the devices that are there: "CPU", "GPU.0", "NPU".
  func devices() throws(OpenVINOError) -> [String]
  /// A property of a device as text.
  func property(_ key: PropertyKey, of device: String) throws(OpenVINOError) -> String
  /// The build of OpenVINO.
  var runtimeVersion: String { get }
}

extension Core: DeviceCatalog {
  /// The build of OpenVINO.
  package var runtimeVersion: String { runtime.version }
}

/// What a device is, for people and for the cache's key.
package struct DeviceIdentity: Sendable, Hashable, Codable {
  /// OpenVINO's name: "NPU".
  package var device: String
  /// The name for people, with the platform where it has one: "Intel(R) AI Boost (3720)".
  package var name: String
  /// Its generation: "3720"; empty for a CPU, and where it is not known.
  package var architecture = ""
  /// The driver's version; empty where there is none.
  package var driver: String
  /// The version of the driver's compiler; empty where there is none.
  package var compiler: String

  /// Asks the device.
  ///
  /// - Parameter stand-in: The device that really computes, where NPUW was told to use another.
  package init(_ device: String, standIn: String? = nil, in catalog: some DeviceCatalog) {
    func ask(_ key: String, _ device: String) -> String {
      (try? catalog.property(PropertyKey(rawValue: key), of: device)) ?? ""
    }
    self.device = device
    if let standIn {
      let real = DeviceIdentity(standIn, in: catalog)
      (name, driver, compiler) = (real.name + " in place of an NPU", real.driver, real.compiler)
      return
    }
    let parts = Self.parts(of: device)
    if !parts.isEmpty {
      // A device made of others is what they are.
      let identities = parts.map { DeviceIdentity($0, in: catalog) }
      func join(_ part: (DeviceIdentity) -> String) -> String {
        identities.filter { !part($0).isEmpty }.map { "\($0.device) \(part($0))" }.joined(separator: ", ")
      }
      (name, driver, compiler) = (join(\.name), join(\.driver), join(\.compiler))
      return
    }
    let fullName = ask("FULL_DEVICE_NAME", device)
    architecture = device.hasPrefix("CPU") ? "" : ask("DEVICE_ARCHITECTURE", device)
    name = architecture.isEmpty ? fullName : "\(fullName) (\(architecture))"
    switch device.prefix(3) {
    case "NPU":
      driver = ask("NPU_DRIVER_VERSION", device)
      compiler = ask("NPU_COMPILER_VERSION", device)
    case "GPU":
      driver = ask("GPU_DRIVER_VERSION", device)
      compiler = ""
    default:
      driver = ""
      compiler = ""
    }
  }

  /// The devices that one such as "HETERO:GPU.1,CPU", "MULTI:GPU,NPU" or "BATCH:GPU(4)" is made of; none for a plain
  /// one.
  static func parts(of device: String) -> [String] {
    guard let colon = device.firstIndex(of: ":") else { return [] }
    return device[device.index(after: colon)...].split(separator: ",").map { part in
      String(part.prefix { $0 != "(" }.drop { $0 == "-" || $0 == " " })
    }
  }
}
