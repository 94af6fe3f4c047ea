#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory in pages of 2 MB instead of 4 kB, so that reading all weights for each token does not wait for addresses to be
/// looked up.
package enum HugePages {
  /// What came of it.
  package struct Outcome: Sendable, Equatable {
    /// Bytes that are in huge pages now.
    package var collapsed = 0
    /// Why the rest, or nothing, is; nil where all that was tried succeeded.
    package var refusal: String?
  }

  private static let size = 2 << 20
  /// MADV_COLLAPSE of Linux 6.1, which libraries may not name yet.
  private static let collapseAdvice: CInt = 25
  /// Smaller maps are not worth a call.
  private static let least = 8 << 20

  /// Gathers the large pieces of this process's own memory that are filled already. It takes as long as copying them;
  /// other threads may go on meanwhile.
  package static func collapse() -> Outcome {
    #if os(Linux)
      guard let text = SmallFile.text(at: "/proc/self/smaps", limit: 1 << 26) else {
        return Outcome(refusal: "/proc/self/smaps cannot be read")
      }
      var outcome = Outcome()
      for map in maps(in: text) {
        let begin = (map.begin + size - 1) / size * size
        let end = map.end / size * size
        guard begin < end, let address = UnsafeMutableRawPointer(bitPattern: begin) else { continue }
        if madvise(address, end - begin, collapseAdvice) == 0 {
          outcome.collapsed += end - begin
        } else {
          outcome.refusal = String(cString: strerror(errno))
        }
      }
      return outcome
    #else
      return Outcome(refusal: "only Linux is asked for them")
    #endif
  }

  /// A piece of address space.
  package struct Map: Equatable {
    /// Its first address, and the one after its last.
    package var begin: Int, end: Int

    /// The addresses from `begin` up to, not including, `end`.
    package init(begin: Int, end: Int) {
      self.begin = begin
      self.end = end
    }
  }

  /// The maps of no file that are large, filled to nine tenths at least, and not yet in huge pages.
  package static func maps(in smaps: String) -> [Map] {
    var found: [Map] = []
    var current: Map?
    var resident = 0
    for line in smaps.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      if let head = words.first, let dash = head.firstIndex(of: "-"),
        let begin = Int(head[..<dash], radix: 16), let end = Int(head[head.index(after: dash)...], radix: 16)
      {
        // Address, rights, offset, device, node, and a name where there is one.
        let isOwn = words.count == 5 || words.last == "[heap]"
        let isWritable = words.count > 1 && words[1].hasPrefix("rw") && words[1].hasSuffix("p")
        current = isOwn && isWritable && end - begin >= least ? Map(begin: begin, end: end) : nil
        resident = 0
      } else if let map = current, words.count >= 2, let kilobytes = Int(words[1]) {
        let size = map.end - map.begin
        if words[0] == "Rss:" { resident = kilobytes << 10 }
        if words[0] == "AnonHugePages:", resident >= size / 10 * 9, kilobytes << 10 < size / 2 {
          found.append(map)
        }
      }
    }
    return found
  }
}
