/// How things are installed and allowed, in the words of the machine's distribution.
struct Remedy {
  let machine: Machine

  /// - Parameters:
  ///   - debian: the packages of Debian and Ubuntu.
  ///   - otherwise: what to look for elsewhere.
  func install(debian: String, otherwise: String) -> String {
    machine.usesAPT ? "sudo apt install \(debian)" : "Install \(otherwise) with your package manager."
  }

  /// The NPU's own packages come from its driver's releases and not from the distribution.
  func installNPUDriver(_ package: String) -> String {
    "Install \(package) from github.com/intel/linux-npu-driver/releases (all packages of one release), then restart."
  }

  /// How the user comes into the group that may use a device.
  func join(_ group: Int) -> String {
    let name = machine.groupName(group)
    if machine.isMemberAfterLogin(group) { return "You are in the group \(name) now: log out and in again." }
    return "sudo usermod -aG \(name) \(machine.userName(machine.user.number)), then log out and in again."
  }

  /// The package or project that a library belongs to.
  func library(_ name: String) -> String {
    switch name {
    case _ where name.hasPrefix("libOpenCL.so"):
      install(debian: "ocl-icd-libopencl1 intel-opencl-icd", otherwise: "the OpenCL loader (ocl-icd)")
    case _ where name.hasPrefix("libze_loader.so"):
      install(debian: "libze1", otherwise: "the Level Zero loader (level-zero)")
    case _ where name.hasPrefix("libtbb"):
      install(debian: "libtbb12", otherwise: "oneTBB (tbb)")
    case _ where name.hasPrefix("libopenvino"):
      "This OpenVINO is not whole: install it again, or set OPENVINO_DIR to another one."
    case _ where name.hasPrefix("libstdc++") || name.hasPrefix("libgcc_s"):
      install(debian: "libstdc++6", otherwise: "the C++ runtime (libstdc++)")
    default: "Install the package that contains \(name), or add its folder to LD_LIBRARY_PATH."
    }
  }

  /// In a container devices do not appear by themselves.
  func passDevice(_ path: String) -> String {
    "This is a container: start it with --device \(path) and the group that owns it on the host (--group-add)."
  }
}
