import Synchronization

/// A value that is made when it is first asked for, by whichever thread that does.
final class Lazy<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)
  private let make: @Sendable () throws -> Value

  /// - Parameter make: makes it; tried again where it threw.
  init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

  /// The value.
  var value: Value {
    get throws {
      try made.withLock { made in
        if let made { return made }
        let value = try make()
        made = value
        return value
      }
    }
  }
}
