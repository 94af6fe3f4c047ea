/// The libraries between OpenVINO and the kernel, and their versions.
extension NPUExamination {
  var software: [Check] { [loader, driver, compiler] + (stale.map { [$0] } ?? []) }

  private var loader: Check {
    guard let path = libraries.find("libze_loader.so.1") else {
      return Check(
        "Level Zero", .failure, "the loader libze_loader.so.1 is missing",
        mend: Remedy(machine: machine).library("libze_loader.so.1"))
    }
    return Check("Level Zero", .ok, named(path))
  }

  private var driver: Check {
    guard let path = libraries.find("libze_intel_npu.so.1") else {
      let old =
        libraries.all(prefix: "libze_intel_vpu.so").isEmpty
        ? "" : "; only the old libze_intel_vpu.so is there"
      return Check(
        "driver", .failure, "libze_intel_npu.so.1 is missing\(old)",
        mend: Remedy(machine: machine).installNPUDriver("intel-level-zero-npu"))
    }
    let missing = LibraryNeeds(files: machine.files, search: libraries).missing(for: path)
    if let first = missing.first {
      return Check(
        "driver", .failure, "\(path) needs \(first.name), which is missing",
        mend: Remedy(machine: machine).library(first.name))
    }
    let version = facts.devices(of: "NPU").first?.driverVersion ?? packageVersion("intel-level-zero-npu")
    return Check("driver", .ok, "\(named(path))\(version.map { ", version \($0)" } ?? "")")
  }

  /// OpenVINO can bring a compiler of its own since 2026.1; the packages for Python do not.
  private var compiler: Check {
    var candidates = libraries.find("libnpu_driver_compiler.so").map { [$0] } ?? []
    if let library = facts.library, let slash = library.lastIndex(of: "/") {
      let folder = String(library[..<slash])
      candidates += ["libopenvino_intel_npu_compiler.so", "libnpu_mlir_compiler.so"].map { "\(folder)/\($0)" }
        .filter { machine.files.exists($0) }
    }
    guard let path = candidates.first else {
      return Check(
        "compiler", .failure, "libnpu_driver_compiler.so is missing: nothing can be compiled for the NPU",
        mend: Remedy(machine: machine).installNPUDriver("intel-driver-compiler-npu"))
    }
    let version =
      facts.devices(of: "NPU").first?.compilerVersion.map(Self.compilerVersion)
      ?? packageVersion("intel-driver-compiler-npu")
    return Check("compiler", .ok, "\(named(path))\(version.map { ", version \($0)" } ?? "")")
  }

  /// A driver of the old name is found by the loader too, and answers in place of the new one.
  private var stale: Check? {
    let old = libraries.all(prefix: "libze_intel_vpu.so")
    guard let first = old.first, libraries.find("libze_intel_npu.so.1") != nil else { return nil }
    return Check(
      "stale library", .failure,
      "\(old.joined(separator: ", ")): the driver's name until 2024, which breaks the new one",
      mend: machine.usesAPT
        ? "sudo apt purge intel-level-zero-vpu, or sudo rm \(first)*"
        : "sudo rm \(old.joined(separator: " "))")
  }

  var versions: [Check] {
    facts.devices(of: "NPU").map { device in
      let platform = device.architecture.map { ", platform \($0)" } ?? ""
      return Check("OpenVINO's view", .ok, "\(device.name): \(device.fullName)\(platform)")
    }
  }

  /// The runtime packs major and minor number into 32 bits.
  static func compilerVersion(_ text: String) -> String {
    guard let number = UInt32(text), number > 0xFFFF else { return text }
    return "\(number >> 16).\(number & 0xFFFF)"
  }

  /// The path, with the file that a link ends at where its name says more: `libze_loader.so.1.24.1`.
  private func named(_ path: String) -> String {
    guard let target = machine.files.resolved(path), target != path,
      let name = target.split(separator: "/").last, !path.hasSuffix(name)
    else { return path }
    return "\(path) → \(name)"
  }

  /// The version of an installed Debian package.
  private func packageVersion(_ package: String) -> String? {
    guard let bytes = machine.files.bytes(at: "/var/lib/dpkg/status", offset: 0, count: 32 << 20) else {
      return nil
    }
    // Byte by byte: the file has megabytes, and a doctor is quick.
    let wanted = Array("Package: \(package)".utf8)
    var isInside = false
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.elementsEqual(wanted) { isInside = true }
      if line.isEmpty { isInside = false }
      if isInside, line.starts(with: "Version: ".utf8) {
        return String(decoding: line.dropFirst(9), as: UTF8.self)
      }
    }
    return nil
  }
}
