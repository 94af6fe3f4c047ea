/// Folders whose file system is memory: what is written there is lost with the machine's power, and takes room from the
/// programs.
package enum MemoryFileSystem {
  /// Whether the file system of `path`, or of the nearest folder above it that exists, is one. False on systems other
  /// than Linux, which have none that programs are given by default.
  package static func holds(_ path: String) -> Bool {
    guard let status = FileStatus(at: Folders.nearest(path)),
      let mounts = SmallFile.text(at: "/proc/self/mountinfo")
    else { return false }
    return holds(device: status.device, mounts: mounts)
  }

  /// As above, for the number of a file system and the text of Linux's mountinfo (proc_pid_mountinfo(5)).
  package static func holds(device: UInt64, mounts: String) -> Bool {
    // The layout of a device's number in glibc's sys/sysmacros.h.
    let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
    let minor = device & 0xff | (device >> 12) & 0xffff_ff00
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-"),
        dash + 1 < fields.count
      else { continue }
      return ["tmpfs", "ramfs"].contains(fields[dash + 1])
    }
    return false
  }
}
