import Files

/// How long the NPUs of a machine have been busy, as their kernel driver counts it: `npu_busy_time_us` of intel_vpu,
/// in microseconds (`drivers/accel/ivpu/ivpu_sysfs.c` of Linux).
package struct NPUBusyTime: Sendable {
  private let folder: String

  /// - Parameter root: What is put before every path; nothing for the machine itself.
  package init(root: String = "") {
    folder = root + "/sys/class/accel"
  }

  /// Seconds of all NPUs together; nil where no driver counts them.
  package var seconds: Double? {
    let counts = Folders.readableNames(in: folder).filter { $0.hasPrefix("accel") }.compactMap {
      name -> Int? in
      guard let bytes = SmallFile.bytes(at: "\(folder)/\(name)/device/npu_busy_time_us", limit: 4096) else {
        return nil
      }
      return Int(String(decoding: bytes.prefix { (48...57).contains($0) }, as: UTF8.self))
    }
    return counts.isEmpty ? nil : Double(counts.reduce(0, +)) / 1e6
  }
}
