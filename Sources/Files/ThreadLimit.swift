import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether the system lets this program have threads. Without them it would wait for ever for work that nobody does.
package enum ThreadLimit {
  /// Begins a few threads that end at once.
  ///
  /// - Throws: the reason, where one cannot be had.
  package static func check(count: Int = 4) throws(FileError) {
    var threads: [pthread_t] = []
    defer { threads.forEach { pthread_join($0, nil) } }
    for _ in 0..<count {
      #if canImport(Darwin)
        var thread: pthread_t?
        let number = pthread_create(&thread, nil, { _ in nil }, nil)
        if let thread, number == 0 { threads.append(thread) }
      #else
        var thread = pthread_t()
        let number = pthread_create(&thread, nil, { _ in nil }, nil)
        if number == 0 { threads.append(thread) }
      #endif
      if number != 0 { throw FileError("begin", "a thread", Errno(rawValue: number)) }
    }
  }
}
