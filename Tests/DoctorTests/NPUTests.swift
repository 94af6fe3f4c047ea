import Doctor
import Testing

@Suite("The doctor about NPUs")
struct NPUTests {
  @Test("a laptop with everything is green")
  func healthy() {
    let diagnosis = MadeUpMachine.meteorLake().examine()
    #expect(diagnosis.count(.failure) == 0 && diagnosis.count(.warning) == 0)
    #expect(
      diagnosis.check("NPU", "device")?.detail == "platform 3720 (Meteor Lake), 8086:7d1d at 0000:00:0b.0")
    #expect(diagnosis.check("NPU", "kernel")?.detail == "intel_vpu serves it, Linux 6.11.0-29-generic")
    #expect(diagnosis.check("NPU", "rights")?.detail == "/dev/accel/accel0, root:render 0660")
    #expect(diagnosis.check("NPU", "firmware")?.detail == "/lib/firmware/intel/vpu/vpu_37xx_v1.bin.zst")
    #expect(
      diagnosis.check("NPU", "Level Zero")?.detail.hasSuffix("libze_loader.so.1 → libze_loader.so.1.24.1")
        == true)
    #expect(diagnosis.check("NPU", "driver")?.detail.hasSuffix("version 1766068402") == true)
    #expect(diagnosis.check("NPU", "compiler")?.detail.hasSuffix("version 7.25") == true)
    #expect(diagnosis.check("OpenVINO", "NPU plugin")?.detail == "NPU: Intel(R) AI Boost")
  }

  @Test(
    "generations",
    arguments: [
      ("0xad1d", "37xx", "platform 3720 (Arrow Lake)"), ("0x643e", "40xx", "platform 4000 (Lunar Lake)"),
      ("0xb03e", "50xx", "platform 5010 (Panther Lake)"), ("0xfd3e", "50xx", "platform 5020 (Wildcat Lake)"),
    ])
  func platforms(device: String, firmware: String, text: String) {
    var machine = MadeUpMachine.meteorLake()
    machine.npu(device: device)
    machine.tree.file("/lib/firmware/intel/vpu/vpu_\(firmware)_v1.bin", "x")
    let diagnosis = machine.examine()
    #expect(diagnosis.check("NPU", "device")?.detail.hasPrefix(text) == true)
    #expect(diagnosis.check("NPU", "firmware")?.detail.contains("vpu_\(firmware)") == true)
    #expect(!diagnosis.hasFailures)
  }

  @Test("a generation that is not known yet is a warning, with what OpenVINO calls it")
  func unknownPlatform() {
    var machine = MadeUpMachine.meteorLake()
    machine.npu(device: "0xd71d")
    machine.facts.devices[2].architecture = "6010"
    let check = machine.examine().check("NPU", "device")
    #expect(check?.status == .warning)
    #expect(check?.detail.contains("8086:d71d") == true && check?.detail.contains("6010") == true)
  }

  @Test("the user is not in the group of the device")
  func group() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.user.groups = [1000]
    let check = machine.examine().check("NPU", "rights")
    #expect(check?.status == .failure)
    #expect(check?.detail == "/dev/accel/accel0 is root:render 0660, and ada is not in the group render")
    #expect(check?.mend == "sudo usermod -aG render ada, then log out and in again.")
  }

  @Test("the user is in the group, but not since this log-in")
  func groupAfterLogin() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.user.groups = [1000]
    machine.tree.file("/etc/group", "root:x:0:\nrender:x:992:bob,ada\n")
    #expect(
      machine.examine().check("NPU", "rights")?.mend
        == "You are in the group render now: log out and in again.")
  }

  @Test("a device that belongs to root alone needs a rule, not a group")
  func rootOnly() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.device("/dev/accel/accel0", permissions: 0o600, group: 0)
    let check = machine.examine().check("NPU", "rights")
    #expect(check?.status == .failure)
    #expect(check?.mend.contains("SUBSYSTEM==\"accel\"") == true)
    machine.tree.user = .init(number: 0, groups: [0])
    #expect(machine.examine().check("NPU", "rights")?.status == .ok)
  }

  @Test("accel0 of another maker is not taken for the NPU")
  func otherAccelerator() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.remove("/sys/class/accel")
    machine.tree.remove("/dev/accel")
    machine.pci("0000:c6:00.1", vendor: "0x1022", device: "0x17f0", classCode: "0x118000", driver: "amdxdna")
    machine.tree.link("/sys/class/accel/accel0/device", to: "/sys/devices/pci0000:00/0000:c6:00.1")
    machine.tree.device("/dev/accel/accel0", permissions: 0o666, group: 0)
    let without = machine.examine().check("NPU", "rights")
    #expect(without?.status == .failure && without?.detail.contains("accel0 belongs to amdxdna") == true)
    machine.npu(device: "0x7d1d", number: 1)
    #expect(machine.examine().check("NPU", "rights")?.detail == "/dev/accel/accel1, root:render 0660")
  }

  @Test("missing firmware is named by its generation")
  func firmware() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.remove("/lib/firmware")
    machine.tree.file("/lib/firmware/intel/vpu/vpu_40xx_v1.bin", "another generation")
    machine.tree.remove("/sys/class/accel")
    machine.tree.remove("/sys/devices/pci0000:00/0000:00:0b.0/driver")
    let diagnosis = machine.examine()
    let check = diagnosis.check("NPU", "firmware")
    #expect(check?.status == .failure && check?.detail.contains("vpu_37xx") == true)
    #expect(check?.mend.contains("linux-firmware") == true)
    #expect(diagnosis.check("NPU", "kernel")?.mend.contains("dmesg") == true)
  }

  @Test("an old kernel, and a module that is not loaded")
  func kernel() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.remove("/sys/devices/pci0000:00/0000:00:0b.0/driver")
    machine.tree.remove("/sys/module/intel_vpu")
    let unloaded = machine.examine().check("NPU", "kernel")
    #expect(unloaded?.status == .failure && unloaded?.mend.hasPrefix("sudo modprobe intel_vpu") == true)
    machine.tree.file("/proc/sys/kernel/osrelease", "6.5.0-14-generic\n")
    #expect(machine.examine().check("NPU", "kernel")?.mend == "Update to Linux 6.6 or later.")
    machine.npu(device: "0x7d1d")
    machine.pci("0000:00:0b.0", vendor: "0x8086", device: "0x7d1d", classCode: "0x120000", driver: "vfio-pci")
    #expect(machine.examine().check("NPU", "kernel")?.detail == "vfio-pci serves it instead of intel_vpu")
  }

  @Test("a stale driver library is named")
  func stale() {
    var machine = MadeUpMachine.meteorLake()
    let old = "/usr/lib/x86_64-linux-gnu/libze_intel_vpu.so.1"
    machine.sharedLibrary(old, needs: [])
    let check = machine.examine().check("NPU", "stale library")
    #expect(check?.status == .failure && check?.detail.contains(old) == true)
    machine.tree.remove("/usr/lib/x86_64-linux-gnu/libze_intel_npu.so.1")
    let driver = machine.examine().check("NPU", "driver")
    #expect(driver?.status == .failure && driver?.detail.contains("old libze_intel_vpu.so") == true)
  }

  @Test(
    "missing libraries are named with their packages",
    arguments: [
      ("libze_loader.so.1", "Level Zero", "libze1"),
      ("libze_intel_npu.so.1", "driver", "intel-level-zero-npu"),
      ("libnpu_driver_compiler.so", "compiler", "intel-driver-compiler-npu"),
    ])
  func libraries(library: String, name: String, package: String) {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.remove("/usr/lib/x86_64-linux-gnu/\(library)")
    let check = machine.examine().check("NPU", name)
    #expect(check?.status == .failure)
    #expect(check?.detail.contains(library) == true && check?.mend.contains(package) == true)
  }

  @Test("a driver whose own needs are missing; its version from the package where OpenVINO tells none")
  func driverNeeds() {
    var machine = MadeUpMachine.meteorLake()
    machine.facts.devices.removeLast()
    #expect(
      machine.examine().check("NPU", "driver")?.detail.hasSuffix("version 1.28.0.20251218-20347000698")
        == true)
    machine.sharedLibrary("/usr/lib/x86_64-linux-gnu/libze_intel_npu.so.1", needs: ["libudmabuf.so.0"])
    #expect(machine.examine().check("NPU", "driver")?.detail.contains("needs libudmabuf.so.0") == true)
    #expect(machine.examine().check("OpenVINO", "NPU plugin")?.detail == "loads, but finds no device")
  }

  @Test("in a container the device has to be passed in")
  func container() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.file("/.dockerenv")
    machine.tree.remove("/dev/accel")
    let check = machine.examine().check("NPU", "rights")
    #expect(check?.status == .failure && check?.mend.contains("--device /dev/accel/accel0") == true)
  }

  @Test("a machine without an NPU is no fault")
  func none() {
    let diagnosis = MadeUpMachine.server().examine()
    #expect(diagnosis.check("NPU", "device")?.status == .notPresent)
    #expect(diagnosis.check("OpenVINO", "NPU plugin")?.status == .notPresent)
    #expect(!diagnosis.hasFailures)
  }
}
