import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the machine has: asked for before and after a bake.
public enum HostResources {
  /// The bytes that this user may still write to the file system of `path`, which must exist; nil if unknown.
  public static func freeBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  /// The bytes of memory that can be had without driving others out: the kernel's estimate; nil if unknown.
  public static var availableMemory: Int? {
    guard let file = fopen("/proc/meminfo", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(whereSeparator: \.isWhitespace)
      if words.first == "MemAvailable:", words.count > 1 { return Int(words[1]).map { $0 * 1024 } }
    }
    return nil
  }

  /// The largest resident set of this process so far, in bytes.
  static var peakMemory: Int {
    #if os(Linux)
      if let peak = residentPeak { return peak }
    #endif
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Int(usage.ru_maxrss) * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #endif
  }

  #if os(Linux)
    /// From /proc, since getrusage(2) also counts what the process was before it became this program: a copy of the
    /// one that started it.
    private static var residentPeak: Int? {
      guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Int($0) })
      else { return nil }
      return kilobytes * 1024
    }
  #endif

  /// How many processors this process may use.
  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
