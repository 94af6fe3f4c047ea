import Doctor

/// Machines that the tests examine: one that has everything, and what each test takes away from it.
struct MadeUpMachine {
  var tree = MadeUpTree()
  var facts = RuntimeFacts()
  var variables = ["HOME": "/home/ada"]

  static let library = "/opt/openvino/libs/libopenvino.so.2641"

  /// A laptop of the first generation with an NPU, Ubuntu 24.04, everything installed.
  static func meteorLake() -> MadeUpMachine {
    var machine = MadeUpMachine()
    machine.linux("6.11.0-29-generic")
    machine.gpu()
    machine.npu(device: "0x7d1d")
    machine.npuSoftware()
    machine.tree.file("/lib/firmware/intel/vpu/vpu_37xx_v1.bin.zst", "firmware")
    machine.runtime()
    machine.tree.user = Machine.User(number: 1000, groups: [1000, 992])
    return machine
  }

  /// A server without GPU and NPU.
  static func server() -> MadeUpMachine {
    var machine = MadeUpMachine()
    machine.linux("5.15.0-91-generic")
    machine.pci(
      "0000:00:02.0", vendor: "0x1234", device: "0x1111", classCode: "0x030000", driver: "bochs-drm")
    machine.runtime()
    machine.facts.devices = [.init(name: "CPU", fullName: "Intel(R) Xeon(R) Processor")]
    machine.facts.pluginFailures = ["GPU": "libOpenCL.so.1: cannot open shared object file"]
    return machine
  }

  mutating func linux(_ release: String) {
    tree.file("/proc/sys/kernel/osrelease", release + "\n")
    tree.file("/etc/debian_version", "trixie/sid\n")
    tree.file(
      "/proc/cpuinfo",
      """
      processor\t: 0
      vendor_id\t: GenuineIntel
      model name\t: Intel(R) Core(TM) Ultra 7 155H
      flags\t\t: fpu sse4_2 avx avx2 fma f16c avx_vnni

      processor\t: 1
      model name\t: another
      flags\t\t: fpu
      """)
    tree.file("/proc/meminfo", "MemTotal:       32650012 kB\nMemFree: 1 kB\nMemAvailable:   20000000 kB\n")
    tree.file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n")
    tree.file("/etc/group", "root:x:0:\nvideo:x:44:\nrender:x:992:\nada:x:1000:\n")
    tree.file("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n")
    tree.file("/etc/ld.so.conf.d/x86_64-linux-gnu.conf", "# Multiarch\n/usr/lib/x86_64-linux-gnu\n")
    for name in [
      "libstdc++.so.6", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0",
    ] {
      sharedLibrary("/usr/lib/x86_64-linux-gnu/\(name)", needs: [])
    }
    tree.folder("/home/ada", owner: 1000, group: 1000)
    tree.folder("/home/ada/work", owner: 1000, group: 1000)
  }

  mutating func pci(_ slot: String, vendor: String, device: String, classCode: String, driver: String?) {
    let path = "/sys/devices/pci0000:00/\(slot)"
    tree.file("\(path)/vendor", vendor + "\n")
    tree.file("\(path)/device", device + "\n")
    tree.file("\(path)/class", classCode + "\n")
    tree.file("\(path)/uevent", "DRIVER=\(driver ?? "")\nPCI_SLOT_NAME=\(slot)\n")
    if let driver {
      tree.folder("/sys/bus/pci/drivers/\(driver)")
      tree.link("\(path)/driver", to: "../../../bus/pci/drivers/\(driver)")
    }
    tree.link("/sys/bus/pci/devices/\(slot)", to: "../../../devices/pci0000:00/\(slot)")
  }

  mutating func gpu() {
    pci("0000:00:02.0", vendor: "0x8086", device: "0x7d55", classCode: "0x030000", driver: "i915")
    tree.link("/sys/class/drm/renderD128/device", to: "/sys/devices/pci0000:00/0000:00:02.0")
    tree.device("/dev/dri/renderD128", permissions: 0o660, group: 992)
    sharedLibrary("/usr/lib/x86_64-linux-gnu/libOpenCL.so.1", needs: ["libc.so.6"])
    sharedLibrary("/usr/lib/x86_64-linux-gnu/intel-opencl/libigdrcl.so", needs: ["libc.so.6"])
    tree.file("/etc/OpenCL/vendors/intel.icd", "/usr/lib/x86_64-linux-gnu/intel-opencl/libigdrcl.so\n")
  }

  mutating func npu(device: String, number: Int = 0) {
    pci("0000:00:0b.0", vendor: "0x8086", device: device, classCode: "0x120000", driver: "intel_vpu")
    tree.folder("/sys/module/intel_vpu")
    tree.link("/sys/class/accel/accel\(number)/device", to: "/sys/devices/pci0000:00/0000:00:0b.0")
    tree.device("/dev/accel/accel\(number)", permissions: 0o660, group: 992)
  }

  mutating func npuSoftware() {
    let folder = "/usr/lib/x86_64-linux-gnu"
    sharedLibrary("\(folder)/libze_loader.so.1.24.1", needs: ["libstdc++.so.6", "libc.so.6"])
    tree.link("\(folder)/libze_loader.so.1", to: "libze_loader.so.1.24.1")
    sharedLibrary("\(folder)/libze_intel_npu.so.1", needs: ["libc.so.6"])
    sharedLibrary("\(folder)/libnpu_driver_compiler.so", needs: ["libstdc++.so.6"])
    tree.file(
      "/var/lib/dpkg/status",
      """
      Package: intel-level-zero-npu
      Status: install ok installed
      Version: 1.28.0.20251218-20347000698

      Package: zlib1g
      Version: 1:1.3
      """)
  }

  mutating func runtime() {
    let base = ["libstdc++.so.6", "libc.so.6", "ld-linux-x86-64.so.2"]
    sharedLibrary(Self.library, needs: ["libtbb.so.12"] + base, rpath: "$ORIGIN")
    sharedLibrary("/opt/openvino/libs/libtbb.so.12", needs: base)
    for (device, own) in [("cpu", []), ("gpu", ["libOpenCL.so.1"]), ("npu", [])] {
      let path = "/opt/openvino/libs/libopenvino_intel_\(device)_plugin.so"
      sharedLibrary(path, needs: own + ["libopenvino.so.2641", "libtbb.so.12"] + base, rpath: "$ORIGIN")
    }
    facts = RuntimeFacts(
      library: Self.library, origin: ".openvino", version: "2026.4.1-22982",
      devices: [
        .init(name: "CPU", fullName: "Intel(R) Core(TM) Ultra 7 155H"),
        .init(name: "GPU", fullName: "Intel(R) Arc(TM) Graphics (iGPU)"),
        .init(
          name: "NPU", fullName: "Intel(R) AI Boost", architecture: "3720", driverVersion: "1766068402",
          compilerVersion: "458777"),
      ])
  }

  mutating func sharedLibrary(_ path: String, needs: [String], rpath: String? = nil, runpath: String? = nil) {
    tree.file(path, bytes: MadeUpLibrary.bytes(needs: needs, rpath: rpath, runpath: runpath))
  }

  func examine(folders: [Doctor.Folder] = []) -> Diagnosis {
    struct Probe: RuntimeProbe {
      let told: RuntimeFacts
      func facts() -> RuntimeFacts { told }
    }
    let machine = Machine(
      files: tree, user: tree.user, variables: variables, currentFolder: "/home/ada/work")
    return Doctor(machine: machine, runtime: Probe(told: facts), folders: folders).examine()
  }
}

/// A shared library with nothing in it but what it needs.
enum MadeUpLibrary {
  static func bytes(needs: [String], rpath: String? = nil, runpath: String? = nil) -> [UInt8] {
    var strings: [UInt8] = [0]
    func place(_ text: String) -> Int {
      defer { strings += Array(text.utf8) + [0] }
      return strings.count
    }
    var dynamic = needs.map { (1, place($0)) }
    if let rpath { dynamic.append((15, place(rpath))) }
    if let runpath { dynamic.append((29, place(runpath))) }
    // One segment loads the whole file to address 0x10000; the other is the dynamic section.
    let tableStart = 64 + 2 * 56
    let stringStart = tableStart + (dynamic.count + 2) * 16
    dynamic.append((5, 0x10000 + stringStart))
    dynamic.append((0, 0))
    let total = stringStart + strings.count
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    bytes += number(3, 2) + number(62, 2) + number(1, 4) + number(0, 8) + number(64, 8) + number(0, 8)
    bytes += number(0, 4) + number(64, 2) + number(56, 2) + number(2, 2) + number(0, 6)
    bytes += segment(type: 1, offset: 0, address: 0x10000, size: total)
    bytes += segment(
      type: 2, offset: tableStart, address: 0x10000 + tableStart, size: stringStart - tableStart)
    for (tag, value) in dynamic { bytes += number(tag, 8) + number(value, 8) }
    return bytes + strings
  }

  private static func segment(type: Int, offset: Int, address: Int, size: Int) -> [UInt8] {
    number(type, 4) + number(4, 4) + number(offset, 8) + number(address, 8) + number(address, 8)
      + number(size, 8)
      + number(size, 8) + number(8, 8)
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
