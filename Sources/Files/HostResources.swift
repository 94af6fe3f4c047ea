#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the machine has, and how much of it this process took.
package enum HostResources {
  /// The bytes of memory that can be had without driving others out: the kernel's estimate, or what this process's
  /// control group leaves where that is less; nil if unknown.
  package static var availableMemory: Int? {
    [kernelBytes("MemAvailable", in: "/proc/meminfo"), controlGroupMemory].compactMap(\.self).min()
  }

  /// What a container or a service may still take; nil without a limit.
  private static var controlGroupMemory: Int? {
    guard
      let line = SmallFile.text(at: "/proc/self/cgroup")?.split(separator: "\n").first(where: {
        $0.hasPrefix("0::")
      })
    else { return nil }
    let folder = "/sys/fs/cgroup" + line.dropFirst(3)
    func figure(_ name: String) -> Int? {
      SmallFile.text(at: folder + "/" + name).flatMap { Int($0.prefix { $0.isNumber }) }
    }
    guard let most = figure("memory.max"), let taken = figure("memory.current") else { return nil }
    // Pages of files that nobody uses are given back when they are wanted.
    let files = SmallFile.text(at: folder + "/memory.stat")?.split(separator: "\n").first {
      $0.hasPrefix("inactive_file ")
    }
    return max(0, most - taken + (files.flatMap { Int($0.dropFirst(14)) } ?? 0))
  }

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

  /// The same of another process; 0 where it cannot be known.
  package static func peakMemory(of process: Int32) -> Int {
    kernelBytes("VmHWM", in: "/proc/\(process)/status") ?? 0
  }

  /// Gives back to the system what was freed and is kept for later: after a phase that took much for a short time.
  package static func releaseFreeMemory() {
    // Only GNU's library has it.
    guard let found = dlsym(nil, "malloc_trim") else { return }
    _ = unsafeBitCast(found, to: (@convention(c) (Int) -> CInt).self)(0)
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
