/// How much memory the machine has left, as the registry of models looks at it.
package struct MemoryWatch: Sendable {
  /// The bytes that can be had without driving others out; nil where the system does not say.
  package var available: @Sendable () -> Int?
  /// Below so many bytes, idle models make room.
  package var reserve: Int
  /// How long to wait until the system has taken back what a model had.
  package var patience: Duration

  /// A watch.
  package init(
    reserve: Int, patience: Duration = .seconds(5), available: @escaping @Sendable () -> Int?
  ) {
    self.available = available
    self.reserve = reserve
    self.patience = patience
  }

  /// Never short.
  package static let none = MemoryWatch(reserve: 0) { nil }

  /// Waits until there is more than there was: a worker's memory comes back when its process has ended.
  func settle(_ before: Int) async {
    let end = ContinuousClock.now + patience
    while let now = available(), now <= before + 1 << 20, ContinuousClock.now < end {
      try? await Task.sleep(for: .milliseconds(50))
    }
  }
}
