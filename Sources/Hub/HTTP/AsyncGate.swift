/// Lets one task at a time through, in the order of their arrival.
actor AsyncGate {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Waits until the gate is free, and takes it. Every call needs one of `leave`.
  func enter() async {
    if isTaken {
      await withCheckedContinuation { waiting.append($0) }
    } else {
      isTaken = true
    }
  }

  /// Lets the next task in.
  func leave() {
    if waiting.isEmpty {
      isTaken = false
    } else {
      // The gate stays taken: it goes to the next one.
      waiting.removeFirst().resume()
    }
  }
}
