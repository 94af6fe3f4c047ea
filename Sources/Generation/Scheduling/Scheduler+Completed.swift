extension Scheduler {
  /// The step under way was carried out: what happened by it.
  package func completed(_ step: Step, _ sampled: [Sampled]) -> [SchedulerEvent] {
    guard inFlight?.number == step.number else { return [] }
    inFlight = nil
    let results = Dictionary(sampled.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return step.rows.flatMap { row -> [SchedulerEvent] in
      // Whoever has been cancelled meanwhile has no blocks any more.
      guard let state = sequences[row.id] else { return [] }
      return take(results[row.id], for: row, state)
    }
  }

  private func take(_ result: Sampled?, for row: Step.Row, _ state: SequenceState) -> [SchedulerEvent] {
    if let failure = result?.failure {
      cancel(request: row.id.request)
      return [.failed(request: row.id.request, failure)]
    }
    if result?.isDeferred == true { return [] }
    let tokens = row.samples ? result?.tokens ?? [] : []
    guard !row.samples || !tokens.isEmpty, tokens.count <= row.drafts + 1 else {
      cancel(request: row.id.request)
      let failure = CompletionFailure(
        .runnerLost, "the runner gave \(tokens.count) tokens for a place of one")
      return [.failed(request: row.id.request, failure)]
    }
    let isPrompt = state.computed < state.promptCount && !state.hasPrompt
    if row.position == 0, !state.hasPrompt, let reused = result?.reused {
      state.cached = max(state.cached, reused)
    }
    if state.expected.isEmpty {
      state.lookup.judge(guessed: row.drafts, accepted: tokens.count - 1)
    }
    state.expected = result?.guesses ?? []
    state.computed = row.position + row.tokens.count - row.drafts + max(0, tokens.count - 1)
    if state.computed >= state.promptCount { state.hasPrompt = true }
    // It has got past the place where it was suspected.
    if state.isSuspect, state.computed >= state.suspectUntil { state.crashes = 0 }
    var events: [SchedulerEvent] = []
    if isPrompt, state.id.branch == 0 {
      events.append(
        .prefill(
          request: row.id.request, done: min(state.computed, state.promptCount), total: state.promptCount,
          // Computed again after a preemption, it may be behind what there was at first.
          cached: min(state.cached, state.computed)))
    }
    if row.samples {
      events += append(tokens, result?.logProbabilities ?? [], to: state)
    } else {
      publish(state)
    }
    return events
  }

  private func append(
    _ tokens: [Int], _ logProbabilities: [TokenLogProbability], to state: SequenceState
  ) -> [SchedulerEvent] {
    var text = ""
    var used = 0
    var end: SequenceState.Outcome?
    for token in tokens {
      let outcome = state.append(token)
      text += outcome.text
      used += 1
      if outcome.reason != nil {
        end = outcome
        break
      }
    }
    publish(state)
    var events: [SchedulerEvent] = [
      .text(
        state.id, text: text, tokens: Array(tokens.prefix(used)),
        logProbabilities: Array(logProbabilities.prefix(used)))
    ]
    if let end, let reason = end.reason {
      remove(state)
      events.append(
        .finished(
          state.id, reason: reason, stopString: end.stopString, prompt: state.promptCount,
          cached: state.cached,
          generated: state.generatedCount))
    }
    return events
  }

  /// Tells the index of the blocks that have become full.
  private func publish(_ state: SequenceState) {
    guard limits.sharesBlocks else { return }
    // Guesses that came true may stand behind the end of the answer.
    let full = min(state.computed, state.tokens.count) / limits.blockLength
    while state.published < full {
      let number = state.published
      let (block, digest) = (state.blocks[number], state.chain.digest(number, of: state.tokens))
      pool.publish(block, as: digest)
      if limits.sequences == 1 {
        pool.note(
          state.tokens[(number * limits.blockLength)..<((number + 1) * limits.blockLength)], in: block,
          after: state.chain.digest(before: number, of: state.tokens))
      }
      state.published += 1
      // What a prompt begins with may come again tomorrow; answers seldom do.
      let isPrompt = state.published * limits.blockLength <= state.promptCount
      if isPrompt, limits.prefixFolder != nil, !isKept(digest) {
        saves.append(.init(digest: digest, block: block))
      }
    }
  }
}
