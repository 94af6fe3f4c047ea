import Doctor
import JSON
import Testing

@Suite("The doctor about runtime, CPU, GPU and folders")
struct MachineTests {
  @Test("a missing library of a plugin is named, also one that another library needs")
  func pluginLibrary() {
    var machine = MadeUpMachine.meteorLake()
    machine.tree.remove("/usr/lib/x86_64-linux-gnu/libOpenCL.so.1")
    let direct = machine.examine().check("OpenVINO", "GPU plugin")
    #expect(direct?.status == .failure)
    #expect(direct?.detail.contains("libOpenCL.so.1 (needed by libopenvino_intel_gpu_plugin.so)") == true)
    #expect(direct?.mend == "sudo apt install ocl-icd-libopencl1 intel-opencl-icd")
    machine.tree.remove("/opt/openvino/libs/libtbb.so.12")
    machine.tree.remove("/usr/lib/x86_64-linux-gnu/libstdc++.so.6")
    let several = machine.examine().check("OpenVINO", "CPU plugin")
    #expect(several?.status == .failure && several?.detail.contains("libtbb.so.12") == true)
  }

  @Test("a plugin that a machine has no use for is no fault")
  func pluginWithoutDevice() {
    let check = MadeUpMachine.server().examine().check("OpenVINO", "GPU plugin")
    #expect(check?.status == .notPresent)
    #expect(check?.detail.contains("no Intel GPU") == true && check?.mend.isEmpty == true)
  }

  @Test("no runtime, and one that cannot be loaded")
  func noRuntime() {
    var machine = MadeUpMachine.meteorLake()
    machine.facts = RuntimeFacts(problem: "no OpenVINO runtime was found", mend: "Run `make demo`.")
    let none = machine.examine().check("OpenVINO", "runtime")
    #expect(none?.status == .failure && none?.mend == "Run `make demo`.")
    machine = .meteorLake()
    machine.facts.version = nil
    machine.tree.remove("/opt/openvino/libs/libtbb.so.12")
    let broken = machine.examine().check("OpenVINO", "runtime")
    #expect(broken?.detail.contains("libtbb.so.12 (needed by libopenvino.so.2641)") == true)
    #expect(broken?.mend == "sudo apt install libtbb12")
    machine.tree.remove("/etc/debian_version")
    #expect(machine.examine().check("OpenVINO", "runtime")?.mend.contains("oneTBB") == true)
  }

  @Test("plugins of a distribution lie in a folder of their own")
  func distribution() {
    var machine = MadeUpMachine.server()
    machine.facts.library = "/usr/lib/x86_64-linux-gnu/libopenvino.so.2641"
    machine.sharedLibrary(
      "/usr/lib/x86_64-linux-gnu/openvino-2026.4.1/libopenvino_intel_cpu_plugin.so", needs: [])
    let diagnosis = machine.examine()
    #expect(diagnosis.check("OpenVINO", "CPU plugin")?.status == .ok)
    #expect(diagnosis.check("OpenVINO", "NPU plugin")?.detail.contains("does not have it") == true)
  }

  @Test("LD_LIBRARY_PATH and RUNPATH are searched as the loader does")
  func searchOrder() {
    var machine = MadeUpMachine.server()
    machine.sharedLibrary(
      "/opt/openvino/libs/libopenvino_intel_cpu_plugin.so", needs: ["libone.so", "libtwo.so"],
      runpath: "${ORIGIN}/own")
    #expect(machine.examine().check("OpenVINO", "CPU plugin")?.status == .failure)
    machine.sharedLibrary("/opt/openvino/libs/own/libone.so", needs: [])
    machine.sharedLibrary("/home/ada/lib/libtwo.so", needs: [])
    machine.variables["LD_LIBRARY_PATH"] = "/nowhere:/home/ada/lib"
    #expect(machine.examine().check("OpenVINO", "CPU plugin")?.status == .ok)
    // A RUNPATH, unlike an RPATH, does not hold for what the library needs in turn.
    machine.sharedLibrary("/opt/openvino/libs/own/libone.so", needs: ["libthree.so"])
    machine.sharedLibrary("/opt/openvino/libs/own/libthree.so", needs: [])
    #expect(machine.examine().check("OpenVINO", "CPU plugin")?.detail.contains("libthree.so") == true)
  }

  @Test(
    "features of processors",
    arguments: [
      (
        "sse4_2 avx2 avx512f avx512_vnni avx512_bf16 amx_int8", Check.Status.ok,
        "AVX2, AVX-512, AVX-512 VNNI, BF16, AMX INT8"
      ),
      ("sse4_2 avx", .warning, "no AVX2"), ("sse2", .failure, "no SSE4.2"),
    ])
  func processors(flags: String, status: Check.Status, text: String) {
    var machine = MadeUpMachine.server()
    machine.tree.file("/proc/cpuinfo", "model name : X\nflags : \(flags)\n")
    let check = machine.examine().check("CPU", "features")
    #expect(check?.status == status && check?.detail.contains(text) == true)
  }

  @Test("an ARM processor, and one that tells nothing")
  func otherProcessors() {
    var machine = MadeUpMachine.server()
    machine.tree.file("/proc/cpuinfo", "processor : 0\nFeatures : fp asimd asimddp i8mm\n")
    #expect(machine.examine().check("CPU", "features")?.detail.contains("NEON, DOTPROD, I8MM") == true)
    machine.tree.remove("/proc/cpuinfo")
    #expect(machine.examine().check("CPU", "features")?.status == .warning)
  }

  @Test("memory")
  func memory() {
    var machine = MadeUpMachine.server()
    #expect(machine.examine().check("CPU", "memory")?.detail == "20.4 GB of 33.4 GB available")
    machine.tree.file("/proc/meminfo", "MemTotal: 4000000 kB\nMemAvailable: 900000 kB\n")
    #expect(machine.examine().check("CPU", "memory")?.status == .warning)
  }

  @Test("huge pages need a kernel that gathers them")
  func hugePages() {
    var machine = MadeUpMachine.server()
    #expect(machine.examine().check("CPU", "huge pages")?.status == .notPresent)
    machine.tree.file("/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n")
    machine.linux("5.15.0-91-generic")
    #expect(machine.examine().check("CPU", "huge pages")?.detail.contains("Linux 5.15") == true)
    machine.linux("6.8.0-generic")
    #expect(machine.examine().check("CPU", "huge pages")?.status == .ok)
  }

  @Test("a GPU with everything, and what may be missing of it")
  func gpu() {
    var machine = MadeUpMachine.meteorLake()
    let healthy = machine.examine()
    #expect(healthy.check("GPU", "device")?.detail == "8086:7d55 at 0000:00:02.0, kernel driver i915")
    #expect(healthy.check("GPU", "rights")?.detail == "/dev/dri/renderD128, root:render 0660")
    #expect(healthy.check("GPU", "Level Zero")?.status == .notPresent)
    machine.tree.user.groups = [1000, 44]
    #expect(machine.examine().check("GPU", "rights")?.mend.contains("usermod -aG render ada") == true)
    machine.tree.file("/etc/OpenCL/vendors/intel.icd", "libigdrcl.so\n")
    #expect(
      machine.examine().check("GPU", "OpenCL")?.detail.contains("libigdrcl.so, which does not exist") == true)
    machine.tree.remove("/etc/OpenCL/vendors/intel.icd")
    #expect(machine.examine().check("GPU", "OpenCL")?.mend == "sudo apt install intel-opencl-icd")
    machine.pci("0000:00:02.0", vendor: "0x8086", device: "0x7d55", classCode: "0x030000", driver: nil)
    machine.tree.remove("/sys/devices/pci0000:00/0000:00:02.0/driver")
    #expect(machine.examine().check("GPU", "device")?.mend.contains("xe") == true)
  }

  @Test("Linux inside of Windows")
  func windows() {
    var machine = MadeUpMachine.server()
    machine.tree.file("/proc/sys/kernel/osrelease", "6.6.87.2-microsoft-standard-WSL2\n")
    machine.tree.device("/dev/dxg", permissions: 0o666, group: 0)
    let diagnosis = machine.examine()
    #expect(diagnosis.check("GPU", "device")?.detail.contains("/dev/dxg") == true)
    #expect(diagnosis.check("GPU", "OpenCL")?.status == .failure)
  }

  @Test("folders: writable, to be made, of another owner, full")
  func folders() {
    var machine = MadeUpMachine.server()
    let cache = Doctor.Folder(
      "compiled models", path: "./model_cache", wantedSpace: 20_000_000_000, option: "CACHE_DIR")
    func check() -> Check? { machine.examine(folders: [cache]).check("Folders", "compiled models") }
    #expect(check()?.detail == "/home/ada/work/model_cache (will be made), writable, 100 GB free")
    machine.tree.folder("/home/ada/work/model_cache", permissions: 0o755)
    #expect(check()?.status == .failure)
    #expect(check()?.detail.contains("belongs to root:root 0755 and is not writable for ada") == true)
    #expect(check()?.mend.contains("sudo chown -R ada /home/ada/work/model_cache") == true)
    machine.tree.folder("/home/ada/work/model_cache", owner: 1000, group: 1000)
    machine.tree.space = 3_210_000_000
    #expect(check()?.status == .warning && check()?.detail.contains("3.2 GB free") == true)
    machine.tree.remove("/home/ada/work/model_cache")
    machine.tree.file("/home/ada/work/model_cache", "a file")
    #expect(check()?.detail.contains("is not a folder") == true)
  }

  @Test("every red line of every machine has its mend")
  func mends() {
    for base in [MadeUpMachine.meteorLake(), .server(), MadeUpMachine()] {
      for path in [
        "/usr/lib", "/opt/openvino/libs/libtbb.so.12", "/dev", "/lib/firmware", "/proc", "/sys/class", "/etc",
      ] {
        var machine = base
        machine.tree.remove(path)
        machine.tree.user.groups = []
        let folder = Doctor.Folder("cache", path: "/root/x", wantedSpace: 1, option: "CACHE_DIR")
        for check in machine.examine(folders: [folder]).sections.flatMap(\.checks)
        where check.status == .failure {
          #expect(!check.mend.isEmpty, "\(check.name): \(check.detail)")
        }
      }
    }
  }

  @Test("the last sentence says what runs, and what would help most")
  func conclusion() {
    var machine = MadeUpMachine.meteorLake()
    let names = machine.facts.devices.map(\.name)
    #expect(names.contains("NPU") && names.contains("CPU"))
    #expect(machine.examine().conclusion.hasPrefix("Models will run on the NPU ("))
    machine.tree.remove("/usr/lib/x86_64-linux-gnu/libOpenCL.so.1")
    machine.facts.devices.removeAll { $0.name != "CPU" }
    let poorer = machine.examine().conclusion
    #expect(poorer.hasPrefix("Models will run on the CPU (") && poorer.contains("what would help most, for "))
    #expect(poorer.split(separator: "\n").count == 1)
  }

  @Test("the screen lines up and is coloured only where that was asked for")
  func screen() throws {
    let diagnosis = Diagnosis(sections: [
      CheckSection(
        "One", [Check("a", .ok, "fine"), Check("long name", .failure, "broken", mend: "Mend it.")]),
      CheckSection("Two", [Check("b", .notPresent, "none"), Check("c", .warning, "slow", mend: "Wait.")]),
    ])
    #expect(
      diagnosis.lines() == [
        "One", "  ✓ a          fine", "  ✗ long name  broken", "               → Mend it.", "", "Two",
        "  – b          none", "  ! c          slow", "               → Wait.", "", "1 fault, 1 warning",
        "No device can run models yet; what would help most, for One, long name: Mend it.",
      ])
    let colored = diagnosis.lines { text, color in color == .red ? "<\(text)>" : text }
    #expect(colored.contains("  <✗> long name  broken"))
    #expect(
      Diagnosis(sections: []).lines()
        == ["", "Everything that this machine has works.", "No device can run models yet."])
    let json = try JSON(parsing: diagnosis.json.serialized(.pretty))
    #expect(json["healthy"] == false && json["faults"] == 1)
    #expect(json["sections"]?[0]?["checks"]?[1]?["mend"] == "Mend it.")
    #expect(json["sections"]?[0]?["checks"]?[0]?["mend"] == JSON.null)
  }
}
