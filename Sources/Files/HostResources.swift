#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the machine has, and how much of it this process took.
package enum HostResources {
  /// The bytes of memory that can be had without driving others out: the kernel's estimate; nil if unknown.
  package static var availableMemory: Int? { kernelBytes("MemAvailable", in: "/proc/meminfo") }

  /// The largest resident set of this process so far, in bytes.
  package static var peakMemory: Int {
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
  package static var processorCount: Int { max(1, Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))) }

  /// A figure of Linux's in a file of lines such as `MemAvailable:   24000000 kB`; nil elsewhere.
  private static func kernelBytes(_ name: String, in path: String) -> Int? {
    guard let text = SmallFile.text(at: path) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map {
        $0 * 1024
      }
    }
    return nil
  }
}
