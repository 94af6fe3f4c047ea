/// What the OpenVINO runtime says about itself. The doctor does not load it; whoever can, fills this in.
package struct RuntimeFacts: Sendable, Hashable {
  /// A device that the runtime offers.
  package struct Device: Sendable, Hashable {
    /// As OpenVINO names it: `CPU`, `GPU.1`, `NPU`.
    package var name: String
    /// As its maker names it.
    package var fullName: String
    /// `DEVICE_ARCHITECTURE`: for an NPU its platform, `3720`.
    package var architecture: String?
    /// `NPU_DRIVER_VERSION` or `GPU_…`, where the device tells one.
    package var driverVersion: String?
    /// `NPU_COMPILER_VERSION`, as the number that the runtime gives.
    package var compilerVersion: String?

    /// Describes a device.
    package init(
      name: String, fullName: String, architecture: String? = nil, driverVersion: String? = nil,
      compilerVersion: String? = nil
    ) {
      self.name = name
      self.fullName = fullName
      self.architecture = architecture
      self.driverVersion = driverVersion
      self.compilerVersion = compilerVersion
    }
  }

  /// The path of the library; nil where none was found.
  package var library: String?
  /// Why that one: "OPENVINO_DIR", ".openvino", ...
  package var origin: String
  /// Its build; nil where it was found but could not be loaded.
  package var version: String?
  /// Why there is none, or why it cannot be loaded.
  package var problem: String?
  /// What to do about `problem`.
  package var mend: String
  /// Whether it was still looking for devices when the doctor's time was up.
  package var isSlow = false
  /// The devices that it offers.
  package var devices: [Device]
  /// What the runtime says about plugins that it could not load, by the plugin's device (`GPU`).
  package var pluginFailures: [String: String]

  /// Describes a runtime.
  package init(
    library: String? = nil, origin: String = "", version: String? = nil, problem: String? = nil,
    mend: String = "",
    devices: [Device] = [], pluginFailures: [String: String] = [:]
  ) {
    self.library = library
    self.origin = origin
    self.version = version
    self.problem = problem
    self.mend = mend
    self.devices = devices
    self.pluginFailures = pluginFailures
  }

  /// The devices of one kind: `GPU` finds `GPU.0` too.
  package func devices(of kind: String) -> [Device] {
    devices.filter { $0.name == kind || $0.name.hasPrefix(kind + ".") }
  }
}

/// Asks the OpenVINO runtime, if there is one, about itself.
package protocol RuntimeProbe: Sendable {
  /// What it says; a runtime that is missing or broken is a finding too.
  func facts() -> RuntimeFacts
}
