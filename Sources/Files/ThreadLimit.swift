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
  /// Begins a few threads, which all are there at once, and end.
  ///
  /// - Throws: the reason, where one cannot be had.
  package static func check(count: Int = 4) throws(FileError) {
    let gate = Gate()
    gate.close()
    var threads: [pthread_t] = []
    var failure: Int32 = 0
    while threads.count < count, failure == 0 {
      failure = begin(&threads, behind: gate)
    }
    gate.open()
    for thread in threads { pthread_join(thread, nil) }
    if failure != 0 { throw FileError("begin", "a thread", Errno(rawValue: failure)) }
  }

  /// - Returns: an error's number, or 0.
  private static func begin(_ threads: inout [pthread_t], behind gate: Gate) -> Int32 {
    #if canImport(Darwin)
      var thread: pthread_t?
      let number = pthread_create(&thread, nil, { Gate.pass($0) }, gate.mutex)
      if let thread, number == 0 { threads.append(thread) }
    #else
      var thread = pthread_t()
      let number = pthread_create(&thread, nil, { Gate.pass($0) }, gate.mutex)
      if number == 0 { threads.append(thread) }
    #endif
    return number
  }

  /// What threads pass one by one once it is open.
  private final class Gate {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    func close() { pthread_mutex_lock(mutex) }
    func open() { pthread_mutex_unlock(mutex) }

    static func pass(_ gate: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
      guard let mutex = gate?.assumingMemoryBound(to: pthread_mutex_t.self) else { return nil }
      pthread_mutex_lock(mutex)
      pthread_mutex_unlock(mutex)
      return nil
    }
  }
}
