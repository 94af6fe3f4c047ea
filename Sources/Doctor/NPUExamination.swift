/// Intel's NPU: hardware, kernel module, device file, firmware and the libraries that reach it.
struct NPUExamination {
  let machine: Machine
  let facts: RuntimeFacts
  let pciDevices: [PCIDevice]
  let libraries: LibrarySearch

  /// Intel's processing accelerators (PCI class 0x1200), those of known numbers first.
  static func intelNPU(_ devices: [PCIDevice]) -> PCIDevice? {
    let intel = devices.filter { $0.vendor == PCIDevice.intel }
    return intel.first { NPUPlatform.of(device: $0.device) != nil }
      ?? intel.first { $0.driver == Self.module || $0.classCode >> 8 == 0x1200 }
  }

  private static let module = "intel_vpu"

  var section: CheckSection {
    guard let device = Self.intelNPU(pciDevices) else {
      var checks = [Check("device", .notPresent, "this machine has no Intel NPU")]
      if let other = otherAccelerator { checks.append(other) }
      return CheckSection("NPU", checks)
    }
    return CheckSection(
      "NPU", [hardware(device), kernel(device), node(device), firmware(device)] + software + versions)
  }

  // MARK: The hardware

  private func hardware(_ device: PCIDevice) -> Check {
    let id = "8086:" + hex(device.device)
    guard let platform = NPUPlatform.of(device: device.device) else {
      let told = facts.devices(of: "NPU").first?.architecture.map { ", platform \($0)" } ?? ""
      return Check(
        "device", .warning, "\(id) at \(device.slot)\(told): a generation that this version does not know",
        mend: "It may work. Update Oven if it does not.")
    }
    return Check("device", .ok, "platform \(platform.number) (\(platform.host)), \(id) at \(device.slot)")
  }

  private func kernel(_ device: PCIDevice) -> Check {
    let release = machine.kernelRelease
    if device.driver == Self.module {
      return Check("kernel", .ok, "\(Self.module) serves it, Linux \(release)")
    }
    if let driver = device.driver {
      return Check(
        "kernel", .failure, "\(driver) serves it instead of \(Self.module)",
        mend: "Give it back to \(Self.module): \(driver) is for handing it to a virtual machine.")
    }
    if let version = machine.kernelVersion, version < (6, 6) {
      return Check(
        "kernel", .failure, "Linux \(release) has no good driver for NPUs",
        mend: "Update to Linux 6.6 or later.")
    }
    if machine.files.isFolder("/sys/module/\(Self.module)") {
      return Check(
        "kernel", .failure, "\(Self.module) is loaded, but does not serve the device",
        mend:
          "`sudo dmesg | grep \(Self.module)` tells why; mostly the firmware is missing, or the kernel is older "
          + "than the NPU.")
    }
    let extra = machine.usesAPT ? "; if there is none: sudo apt install linux-modules-extra-\(release)" : ""
    return Check(
      "kernel", .failure, "the kernel module \(Self.module) is not loaded",
      mend: "sudo modprobe \(Self.module)\(extra)")
  }

  /// The file under `/dev/accel` of this device; number 0 may belong to another maker's accelerator.
  private func node(_ device: PCIDevice) -> Check {
    let own = accelerators.first { $0.driver == Self.module }
    guard let own else {
      let others = accelerators.map { "\($0.name) belongs to \($0.driver ?? "another driver")" }
      let note = others.isEmpty ? "" : " (\(others.joined(separator: ", ")))"
      return Check(
        "rights", .failure, "the kernel offers no device for it under /sys/class/accel\(note)",
        mend: machine.isContainer && device.driver == Self.module
          ? Remedy(machine: machine).passDevice("/dev/accel/accel0")
          : "Mend the kernel driver and the firmware first.")
    }
    let path = "/dev/accel/\(own.name)"
    return DeviceNode(machine: machine, path: path, whole: path).check
  }

  private struct Accelerator {
    var name: String
    var driver: String?
  }

  private var accelerators: [Accelerator] {
    machine.files.names(in: "/sys/class/accel").filter { $0.hasPrefix("accel") }.map { name in
      let uevent = machine.files.text("/sys/class/accel/\(name)/device/uevent") ?? ""
      let line = uevent.split(separator: "\n").first { $0.hasPrefix("DRIVER=") }
      return Accelerator(name: name, driver: line.map { String($0.dropFirst(7)) })
    }
  }

  private var otherAccelerator: Check? {
    accelerators.first.map {
      Check(
        "other", .notPresent,
        "\($0.name) belongs to \($0.driver ?? "another driver"), which OpenVINO cannot use")
    }
  }

  /// The kernel reads it when the module starts; distributions compress it.
  private func firmware(_ device: PCIDevice) -> Check {
    let folders = [
      "/lib/firmware/updates/intel/vpu", "/lib/firmware/intel/vpu", "/usr/lib/firmware/intel/vpu",
    ]
    let generation = NPUPlatform.of(device: device.device)?.firmware
    let found = folders.flatMap { folder in machine.files.names(in: folder).map { (folder, $0) } }.filter {
      _, name in
      name.hasPrefix("vpu_\(generation ?? "")")
        && [".bin", ".bin.zst", ".bin.xz"].contains { name.hasSuffix($0) }
    }
    if let (folder, name) = found.last { return Check("firmware", .ok, "\(folder)/\(name)") }
    if device.driver == Self.module, !accelerators.isEmpty {
      return Check("firmware", .ok, "running; its file is not visible here")
    }
    return Check(
      "firmware", .failure, "/lib/firmware/intel/vpu has no vpu_\(generation ?? "")*.bin",
      mend: machine.usesAPT
        ? "sudo apt install linux-firmware, or intel-fw-npu of github.com/intel/linux-npu-driver; then restart."
        : "Install linux-firmware (or intel-npu-firmware), then restart.")
  }
}
