/// Looks at a machine and says what keeps models from running well on it. Reads only.
public struct Doctor: Sendable {
  /// A folder that Oven writes into.
  public struct Folder: Sendable, Hashable {
    /// What it is for: "compiled models", "models", ...
    public var name: String
    /// Its path; it need not exist.
    public var path: String
    /// Less free space than this many bytes is a warning.
    public var wantedSpace: Int
    /// How another folder is chosen.
    public var option: String

    /// Names a folder.
    public init(_ name: String, path: String, wantedSpace: Int, option: String) {
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
  public init(machine: Machine, runtime: any RuntimeProbe, folders: [Folder]) {
    self.machine = machine
    self.runtime = runtime
    self.folders = folders
  }

  /// Looks at everything.
  public func examine() -> Diagnosis {
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
