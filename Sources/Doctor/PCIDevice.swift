/// A device of the PCI bus, as `/sys` describes it.
struct PCIDevice: Hashable {
  /// `/sys/bus/pci/devices/0000:00:0b.0`.
  var path: String
  var vendor: Int
  var device: Int
  /// Base class, sub-class and interface: 0x030000 for a VGA controller, 0x120000 for an accelerator.
  var classCode: Int
  /// The kernel driver that serves it.
  var driver: String?

  static let intel = 0x8086

  /// The place on the bus.
  var slot: String { path.split(separator: "/").last.map(String.init) ?? path }

  static func all(in files: any FileTree) -> [PCIDevice] {
    let folder = "/sys/bus/pci/devices"
    return files.names(in: folder).compactMap { name in
      let path = "\(folder)/\(name)"
      guard let vendor = files.hexNumber("\(path)/vendor"), let device = files.hexNumber("\(path)/device")
      else {
        return nil
      }
      return PCIDevice(
        path: path, vendor: vendor, device: device, classCode: files.hexNumber("\(path)/class") ?? 0,
        driver: files.linkName("\(path)/driver"))
    }
  }
}

/// A generation of Intel's NPU (ids: the PCI table of the kernel's drivers/accel/ivpu).
struct NPUPlatform: Hashable {
  /// The number by which OpenVINO and its compiler name it.
  var number: String
  /// The processors that have it.
  var host: String
  /// The generation in the names of firmware files, `vpu_37xx_v1.bin`.
  var firmware: String

  static func of(device: Int) -> NPUPlatform? {
    switch device {
    case 0x7D1D: NPUPlatform(number: "3720", host: "Meteor Lake", firmware: "37xx")
    case 0xAD1D: NPUPlatform(number: "3720", host: "Arrow Lake", firmware: "37xx")
    case 0x643E: NPUPlatform(number: "4000", host: "Lunar Lake", firmware: "40xx")
    case 0xB03E: NPUPlatform(number: "5010", host: "Panther Lake", firmware: "50xx")
    case 0xFD3E: NPUPlatform(number: "5020", host: "Wildcat Lake", firmware: "50xx")
    default: nil
    }
  }
}
