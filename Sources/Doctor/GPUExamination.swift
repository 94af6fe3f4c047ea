/// Intel's GPU: its kernel driver, the rights to it, and the libraries that reach it.
struct GPUExamination {
  let machine: Machine
  let facts: RuntimeFacts
  let pciDevices: [PCIDevice]
  let libraries: LibrarySearch

  /// Display controllers are of PCI base class 3.
  static func intelGPUs(_ devices: [PCIDevice]) -> [PCIDevice] {
    devices.filter { $0.vendor == PCIDevice.intel && $0.classCode >> 16 == 3 }
  }

  /// Whether there is one; inside of Windows it is not on the bus, but behind `/dev/dxg`.
  static func hasIntelGPU(_ machine: Machine, _ devices: [PCIDevice]) -> Bool {
    !intelGPUs(devices).isEmpty || machine.isWSL && machine.files.exists("/dev/dxg")
  }

  var section: CheckSection {
    guard Self.hasIntelGPU(machine, pciDevices) else {
      return CheckSection("GPU", [Check("device", .notPresent, "this machine has no Intel GPU")])
    }
    if machine.isWSL {
      return CheckSection("GPU", [Check("device", .ok, "/dev/dxg of Windows"), openCL])
    }
    return CheckSection("GPU", Self.intelGPUs(pciDevices).map(device) + nodes + [openCL, levelZero])
  }

  private func device(_ device: PCIDevice) -> Check {
    let id = "8086:" + hex(device.device)
    guard let driver = device.driver else {
      return Check(
        "device", .failure, "\(id) at \(device.slot) has no kernel driver",
        mend: "Update the kernel: its modules i915 or xe do not know this GPU, or are switched off.")
    }
    guard driver == "i915" || driver == "xe" else {
      return Check(
        "device", .failure, "\(id) at \(device.slot) is served by \(driver)",
        mend: "Give it back to i915 or xe: \(driver) is for handing it to a virtual machine.")
    }
    return Check("device", .ok, "\(id) at \(device.slot), kernel driver \(driver)")
  }

  /// The render nodes of Intel's GPUs, with the rights to them.
  private var nodes: [Check] {
    let names = machine.files.names(in: "/sys/class/drm").filter { name in
      name.hasPrefix("renderD")
        && machine.files.hexNumber("/sys/class/drm/\(name)/device/vendor") == PCIDevice.intel
    }
    if names.isEmpty {
      return [
        Check(
          "rights", .failure, "the kernel offers no render node for it (/dev/dri/renderD128)",
          mend: machine.isContainer
            ? Remedy(machine: machine).passDevice("/dev/dri")
            : "See `sudo dmesg | grep -e i915 -e xe` for the reason.")
      ]
    }
    return names.map { DeviceNode(machine: machine, path: "/dev/dri/\($0)", whole: "/dev/dri").check }
  }

  private var openCL: Check {
    let remedy = Remedy(machine: machine)
    guard let loader = libraries.find("libOpenCL.so.1") else {
      return Check("OpenCL", .failure, "libOpenCL.so.1 is missing", mend: remedy.library("libOpenCL.so.1"))
    }
    let folder =
      machine.variables["OCL_ICD_VENDORS"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/etc/OpenCL/vendors"
    let drivers = machine.files.names(in: folder).filter { $0.hasSuffix(".icd") }
      .compactMap { machine.files.text("\(folder)/\($0)") }
    let install = remedy.install(
      debian: "intel-opencl-icd", otherwise: "Intel's compute runtime (intel-compute-runtime)")
    guard let driver = drivers.first(where: { $0.contains("igdrcl") }) else {
      return Check("OpenCL", .failure, "\(loader) is there, Intel's driver for it is not", mend: install)
    }
    guard let path = libraries.find(driver) else {
      return Check("OpenCL", .failure, "\(folder) names \(driver), which does not exist", mend: install)
    }
    return Check("OpenCL", .ok, "\(loader), driver \(path)")
  }

  /// The GPU plugin uses OpenCL; Level Zero is an alternative that is not needed.
  private var levelZero: Check {
    guard let driver = libraries.find("libze_intel_gpu.so.1") else {
      return Check("Level Zero", .notPresent, "libze_intel_gpu.so.1 is not installed; OpenCL is enough")
    }
    return Check("Level Zero", .ok, driver)
  }
}

/// A device's file and the right to use it.
struct DeviceNode {
  let machine: Machine
  let path: String
  /// What a container has to be given.
  let whole: String

  var check: Check {
    let remedy = Remedy(machine: machine)
    guard let entry = machine.files.entry(at: path) else {
      let mend =
        machine.isContainer
        ? remedy.passDevice(whole) : "The kernel has the device but /dev does not: is udev running? Restart."
      return Check("rights", .failure, "\(path) does not exist", mend: mend)
    }
    let owner = "\(machine.userName(entry.owner)):\(machine.groupName(entry.group))"
    let mode = "0" + String(entry.permissions, radix: 8)
    if machine.files.allows(.readAndWrite, at: path) {
      return Check("rights", .ok, "\(path), \(owner) \(mode)")
    }
    let who = machine.userName(machine.user.number)
    let groupMay = entry.permissions & 0o060 == 0o060
    if groupMay, entry.group != 0, !machine.user.groups.contains(entry.group) {
      return Check(
        "rights", .failure,
        "\(path) is \(owner) \(mode), and \(who) is not in the group \(machine.groupName(entry.group))",
        mend: machine.isContainer ? remedy.passDevice(whole) : remedy.join(entry.group))
    }
    // Without a rule of udev the kernel gives the device to root alone.
    return Check(
      "rights", .failure, "\(path) is \(owner) \(mode), which \(who) may not use",
      mend: "sudo chown root:render \(path) && sudo chmod 0660 \(path); a udev rule keeps it so: "
        + "SUBSYSTEM==\"\(whole.hasSuffix("dri") ? "drm" : "accel")\", GROUP=\"render\", MODE=\"0660\"")
  }
}

/// Four hexadecimal digits.
func hex(_ number: Int) -> String {
  let text = String(number, radix: 16)
  return String(repeating: "0", count: max(0, 4 - text.count)) + text
}
