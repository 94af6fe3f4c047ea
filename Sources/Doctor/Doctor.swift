/// Looks at a machine and says what keeps models from running well on it. Reads only.
package struct Doctor: Sendable {
  /// A folder that Oven writes into.
  package struct Folder: Sendable, Hashable {
    /// What it is for: "compiled models", "models", ...
    package var name: String
    /// Its path; it need not exist.
    package var path: String
    /// Less free space than this many bytes is a warning.
    package var wantedSpace: Int
    /// How another folder is chosen.
    package var option: String

    /// Names a folder.
    package init(_ name: String, path: String, wantedSpace: Int, option: String) {
      self.name = name
      self.path = path
      self.wantedSpace = wantedSpace
      self.option = option
    }
  }

  private let machine: Machine
  private let runtime: any RuntimeProbe
  private let folders: [Folder]

  /// A doctor for `machine`.
  /// - Parameter folders: those that Oven writes into.
  package init(machine: Machine, runtime: any RuntimeProbe, folders: [Folder]) {
    self.machine = machine
    self.runtime = runtime
    self.folders = folders
  }

  /// Looks at everything.
  package func examine() -> Diagnosis {
    let facts = runtime.facts()
    let devices = PCIDevice.all(in: machine.files)
    let libraries = LibrarySearch(machine)
    let sections = [
      OpenVINOExamination(machine: machine, facts: facts, pciDevices: devices, libraries: libraries).section,
      CPUExamination(machine: machine).section,
      GPUExamination(machine: machine, facts: facts, pciDevices: devices, libraries: libraries).section,
      NPUExamination(machine: machine, facts: facts, pciDevices: devices, libraries: libraries).section,
      CheckSection("Folders", folders.map { FolderExamination(machine: machine, folder: $0).check }),
    ]
    return Diagnosis(sections: sections, devices: facts.devices)
  }
}
