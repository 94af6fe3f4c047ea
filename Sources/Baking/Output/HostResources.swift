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
  public static var availableMemory: Int? { kernelBytes("MemAvailable", in: "/proc/meminfo") }

  /// The largest resident set of this process so far, in bytes.
  public static var peakMemory: Int {
    // getrusage(2) also counts what the process was before it became this program: a copy of the one that started it.
    if let peak = kernelBytes("VmHWM", in: "/proc/self/status") { return peak }
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return Int(usage.ru_maxrss) * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #endif
  }

  /// How many processors this process may use.
  public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// A figure of Linux's in a file of lines such as `MemAvailable:   24000000 kB`; nil elsewhere.
  private static func kernelBytes(_ name: String, in path: String) -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map {
        $0 * 1024
      }
    }
    return nil
  }
}
