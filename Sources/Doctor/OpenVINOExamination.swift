/// The runtime and its plugins.
struct OpenVINOExamination {
  let machine: Machine
  let facts: RuntimeFacts
  let pciDevices: [PCIDevice]
  let libraries: LibrarySearch

  var section: CheckSection {
    CheckSection("OpenVINO", [runtime] + (facts.library == nil ? [] : plugins))
  }

  private var runtime: Check {
    guard let library = facts.library else {
      return Check(
        "runtime", .failure, facts.problem ?? "no OpenVINO was found",
        mend: facts.mend.isEmpty ? "Install OpenVINO, or set OPENVINO_DIR to its folder." : facts.mend)
    }
    let place = facts.origin.isEmpty ? library : "\(library) (\(facts.origin))"
    if facts.isSlow {
      return Check(
        "runtime", .warning, "\(place) takes long to look for devices",
        mend:
          "Repeat this: a first start reads from a cold disk. If it stays slow, a driver hangs; see below.")
    }
    guard let version = facts.version else {
      let missing = LibraryNeeds(files: machine.files, search: libraries).missing(for: library)
      if let first = missing.first {
        return Check(
          "runtime", .failure, "\(place) cannot be loaded: \(Self.list(missing)) missing",
          mend: Remedy(machine: machine).library(first.name))
      }
      return Check(
        "runtime", .failure, "\(place) cannot be loaded\(facts.problem.map { ": \($0)" } ?? "")",
        mend: facts.mend.isEmpty ? "Install OpenVINO again, or set OPENVINO_DIR to its folder." : facts.mend)
    }
    return Check("runtime", .ok, "\(version) in \(place)")
  }

  private var plugins: [Check] {
    [
      plugin("CPU", hardware: true), plugin("GPU", hardware: GPUExamination.hasIntelGPU(machine, pciDevices)),
      plugin("NPU", hardware: NPUExamination.intelNPU(pciDevices) != nil),
    ]
  }

  /// - Parameter hardware: whether the machine has the device; a broken plugin is no fault without it.
  private func plugin(_ device: String, hardware: Bool) -> Check {
    let name = "\(device) plugin"
    let fault: Check.Status = hardware ? .failure : .notPresent
    let unneeded = hardware ? "" : "; this machine has no Intel \(device)"
    guard let path = pluginPath(device) else {
      return Check(
        name, fault, "this OpenVINO does not have it\(unneeded)",
        mend: hardware ? "Install an OpenVINO with the \(device) plugin, or set OPENVINO_DIR to one." : "")
    }
    let missing = LibraryNeeds(files: machine.files, search: libraries).missing(for: path)
    if let first = missing.first {
      return Check(
        name, fault, "cannot be loaded: \(Self.list(missing)) missing\(unneeded)",
        mend: hardware ? Remedy(machine: machine).library(first.name) : "")
    }
    if let message = facts.pluginFailures[device] {
      // What stands in the device's own section explains it.
      return Check(
        name, fault, "cannot be loaded: \(message.prefix(200))\(unneeded)",
        mend: hardware ? "See the section \(device) below." : "")
    }
    let devices = facts.devices(of: device)
    let names = devices.map { $0.fullName.isEmpty ? $0.name : "\($0.name): \($0.fullName)" }.joined(
      separator: "; ")
    if devices.isEmpty {
      guard hardware, facts.version != nil else {
        return Check(name, hardware ? .ok : .notPresent, "its libraries are all there\(unneeded)")
      }
      return Check(name, .failure, "loads, but finds no device", mend: "See the section \(device) below.")
    }
    return Check(name, .ok, names)
  }

  private func pluginPath(_ device: String) -> String? {
    guard let library = facts.library, let slash = library.lastIndex(of: "/") else { return nil }
    let folder = String(library[..<slash])
    let name = "libopenvino_intel_\(device.lowercased())_plugin.so"
    // Distributions put plugins into a folder of their own, `openvino-2026.4.1`.
    let own = machine.files.names(in: folder).filter { $0.hasPrefix("openvino-") }.map { "\(folder)/\($0)" }
    return ([folder] + own).map { "\($0)/\(name)" }.first { machine.files.exists($0) }
  }

  private static func list(_ missing: [LibraryNeeds.Missing]) -> String {
    let names = missing.prefix(3).map { "\($0.name) (needed by \($0.neededBy))" }.joined(separator: ", ")
    let rest = missing.count > 3 ? " and \(missing.count - 3) more" : ""
    return "\(names)\(rest) \(missing.count == 1 ? "is" : "are")"
  }
}
