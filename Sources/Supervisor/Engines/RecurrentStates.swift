import OpenVINO

/// The states of a request that are no caches, with copies of earlier values.
struct RecurrentStates {
  private var snapshots: StateSnapshots<[Tensor]>?
  private let interval: Int

  init(interval: Int) { self.interval = interval }

  /// Whether a state holds keys or values, one place for each token. The names are those of all exporters; anything else
  /// is taken for a state that cannot be cut.
  static func isCache(_ name: String) -> Bool { name.contains(".key") || name.contains(".value") }

  /// Keeps copies where it is time.
  mutating func ran(
    _ request: InferRequest, length: Int, endsPrompt: Bool, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    guard snapshots?.isDue(at: length, endsPrompt: endsPrompt) ?? (endsPrompt || length >= interval) else {
      return
    }
    var copies: [Tensor] = []
    var bytes = 0
    for state in try request.states() where !Self.isCache(state.name) {
      let whole = try state.tensor()
      let layout = try whole.layout()
      let copy = try Tensor(layout.elementType, shape: layout.shape, runtime: runtime)
      try whole.copy(to: copy)
      copies.append(copy)
      bytes += layout.byteCount
    }
    if snapshots == nil {
      snapshots = StateSnapshots(
        interval: interval, limit: StateSnapshots<[Tensor]>.limit(stateBytes: bytes))
    }
    snapshots?.keep(copies, at: length)
  }

  /// Puts back the last copies of at most `length` tokens.
  /// - Returns: How many tokens they have seen; nil where there are none.
  mutating func rewind(_ request: InferRequest, to length: Int) throws(OpenVINOError) -> Int? {
    guard let snapshot = snapshots?.rewind(to: length) else { return nil }
    let states = try request.states().filter { !Self.isCache($0.name) }
    guard states.count == snapshot.state.count else {
      throw OpenVINOError(.badArgument, "\(states.count) states and \(snapshot.state.count) copies")
    }
    for (state, copy) in zip(states, snapshot.state) { try state.set(copy) }
    return snapshot.length
  }

  mutating func removeAll() { snapshots?.removeAll() }
}
