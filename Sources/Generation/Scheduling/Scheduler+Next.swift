extension Scheduler {
  /// The next step; nil where there is nothing to do, or one is under way.
  package func next() -> Step? {
    guard inFlight == nil, !sequences.isEmpty || !saves.isEmpty else { return nil }
    var step = Step(number: stepCount)
    let before = preemptions
    letSuspectIn()
    addDecodes(to: &step)
    // Who has just lost its blocks does not get them back at the expense of the one that needed them.
    if preemptions == before { letWaitingIn() }
    addPrompts(to: &step)
    step.rows.removeAll { sequences[$0.id]?.blocks.isEmpty ?? true }
    guard !step.rows.isEmpty || !saves.isEmpty else { return nil }
    (step.saves, step.loads) = (saves, loads)
    (saves, loads) = ([], [])
    for row in step.rows {
      guard known.insert(row.id).inserted, let state = sequences[row.id] else { continue }
      step.begun.append(state.currentSetup())
    }
    step.ended = ended
    ended = []
    stepCount += 1
    inFlight = step
    return step
  }

  /// The events that belong before a step runs: which requests it begins, and what of their prompts was found.
  package func beginnings(of step: Step) -> [SchedulerEvent] {
    step.rows.flatMap { row -> [SchedulerEvent] in
      guard let state = sequences[row.id] else { return [] }
      state.hasStarted = true
      let request = row.id.request
      guard unstarted.remove(request) != nil else { return [] }
      guard state.cached > 0, row.id.branch == 0 else { return [.started(request: request)] }
      let cached = state.cached
      return [
        .started(request: request),
        .prefill(request: request, done: cached, total: state.promptCount, cached: cached),
      ]
    }
  }

  /// Those that may be in one step: a suspect is alone in its.
  private var allowed: [SequenceState] { running.first(where: \.isSuspect).map { [$0] } ?? running }

  /// One token of every sequence that generates. The first in the order of service take what they need from the last.
  private func addDecodes(to step: inout Step) {
    for state in allowed where state.pending == 1 {
      // Another one's need may have stopped it meanwhile.
      guard !state.blocks.isEmpty else { continue }
      let guesses = guesses(for: state, step)
      guard makeRoom(for: state, upTo: state.tokens.count + guesses.count, &step) else { continue }
      step.rows.append(row(of: state, count: 1, guesses: guesses))
    }
  }

  /// Pieces of prompts. Half of the step is the first one's, so that a long prompt gets on; the other half goes to the
  /// shortest, so that nobody waits long for a short one; what is left is the first one's again.
  private func addPrompts(to step: inout Step) {
    let placed = Set(step.rows.map(\.id))
    let prompts = allowed.filter { !placed.contains($0.id) }
    guard let first = prompts.first else { return }
    prompts.forEach(adopt)
    var budget = max(1, (step.rows.isEmpty ? limits.promptStepTokens : limits.stepTokens) - step.tokenCount)
    let half = min(first.pending, (budget + 1) / 2)
    budget -= half
    var pieces: [(SequenceState, Int)] = []
    var underWay = Set(digests(of: first, count: half))
    for state in prompts.dropFirst().enumerated()
      .sorted(by: { ($0.element.pending, $0.offset) < ($1.element.pending, $1.offset) }).map(\.element)
    {
      let piece = min(state.pending, max(0, budget))
      guard piece > 0 else { break }
      // Another one computes just this: it is there with the next step.
      if let next = digests(of: state, count: limits.blockLength).first, underWay.contains(next) { continue }
      underWay.formUnion(digests(of: state, count: piece))
      budget -= piece
      pieces.append((state, piece))
    }
    let whole = min(first.pending, half + max(0, budget))
    if whole > 0 { pieces.insert((first, whole), at: 0) }
    for (state, piece) in pieces where !state.blocks.isEmpty {
      guard makeRoom(for: state, upTo: state.computed + piece, &step) else { continue }
      step.rows.append(row(of: state, count: piece))
    }
  }

  private func row(of state: SequenceState, count: Int, guesses: ArraySlice<Int> = []) -> Step.Row {
    let end = state.computed + count
    if end == state.tokens.count, guesses.isEmpty { reserve(for: state) }
    var row = Step.Row(
      id: state.id, tokens: Array(state.tokens[state.computed..<end]) + guesses, position: state.computed,
      blocks: Array(state.blocks.prefix(limits.blocks(for: end + guesses.count + 1))),
      samples: end == state.tokens.count)
    row.drafts = guesses.count
    return row
  }

  /// Tokens that are computed in the hope that they are the next ones: worth it while few sequences run, since a run of
  /// several tokens then takes little longer than one of one, and where nobody has to give up a block for them.
  private func guesses(for state: SequenceState, _ step: Step) -> ArraySlice<Int> {
    guard limits.takesDrafts, options.guessesFromText, running.count <= Self.fewSequences, !state.isSuspect
    else { return [] }
    let places = min(state.room - 1, limits.longestSequence - state.tokens.count)
    let tokens = limits.stepTokens - step.tokenCount - running.count
    let most = max(0, min(places, tokens))
    let guesses =
      state.expected.isEmpty
      ? state.lookup.guesses(after: state.tokens, atMost: most) : state.expected.prefix(most)
    let missing = limits.blocks(for: state.tokens.count + guesses.count) - state.blocks.count
    return missing + running.count <= pool.freeCount ? guesses : []
  }

  private static let fewSequences = 2

  /// Gives a sequence blocks of its own for its tokens up to `end`; false where it had to give up its blocks instead.
  private func makeRoom(for state: SequenceState, upTo end: Int, _ step: inout Step) -> Bool {
    while state.blocks.count < limits.blocks(for: end) {
      guard let block = takeBlock(for: state) else { return false }
      state.blocks.append(block)
    }
    for index in (state.computed / limits.blockLength)..<limits.blocks(for: end)
    where pool.holders(of: state.blocks[index]) > 1 {
      guard let block = takeBlock(for: state) else { return false }
      step.copies.append(Step.BlockCopy(source: state.blocks[index], target: block))
      pool.release(state.blocks[index])
      state.blocks[index] = block
    }
    return true
  }

  /// A place for the token that a row is to give, where that costs nobody anything: a runner that goes on by itself needs
  /// it before the next step.
  private func reserve(for state: SequenceState) {
    let end = state.tokens.count
    guard limits.takesDrafts, state.room > 1, end < limits.longestSequence, pool.freeCount > running.count,
      state.blocks.count < limits.blocks(for: end + 1), let block = pool.take()
    else { return }
    state.blocks.append(block)
  }

  /// A free block, if need be from the last in the order of service.
  private func takeBlock(for state: SequenceState) -> BlockID? {
    while true {
      if let block = pool.take() { return block }
      guard let last = running.last else { return nil }
      preemptions += 1
      suspend(last)
      if last === state { return nil }
    }
  }
}
