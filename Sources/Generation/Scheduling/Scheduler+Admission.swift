/// From the queue to the device.
extension Scheduler {
  /// Lets sequences in as long as there is room, in the order of service.
  func letWaitingIn() {
    // Suspects go first: as long as there are any, nobody new gets between.
    guard !running.contains(where: \.isSuspect), !waiting.contains(where: \.isSuspect) else { return }
    while running.count < limits.sequences, let state = nextWaiting() {
      guard fork(state) || place(state) else { return }
      waiting.removeAll { $0 === state }
      running.insert(state, at: running.firstIndex { state.precedes($0) } ?? running.count)
      notePassing(state)
    }
  }

  /// Lets the first suspect in, if there is one and none is in.
  func letSuspectIn() {
    guard running.count < limits.sequences, !running.contains(where: \.isSuspect),
      let state = waiting.first(where: { $0.isSuspect && isReady($0) }), fork(state) || place(state)
    else { return }
    waiting.removeAll { $0 === state }
    running.insert(state, at: running.firstIndex { state.precedes($0) } ?? running.count)
  }

  /// The most important one, or the eldest that was passed over too often. A branch waits for the first one's prompt.
  private func nextWaiting() -> SequenceState? {
    let ready = waiting.lazy.filter { self.isReady($0) }
    let impatient = ready.filter { $0.passedOver >= self.options.patience }
    return impatient.min { $0.isElder(than: $1) } ?? ready.first
  }

  private func isReady(_ state: SequenceState) -> Bool {
    guard state.id.branch > 0, let leader = leader(of: state) else { return true }
    return leader.hasPrompt
  }

  private func leader(of state: SequenceState) -> SequenceState? {
    sequences[SequenceID(request: state.id.request)]
  }

  private func notePassing(_ state: SequenceState) {
    for other in waiting where other.isElder(than: state) && other.priority < state.priority {
      other.passedOver += 1
    }
  }

  /// Lets a branch go on from where the first one's prompt ends, on the same blocks. Its last token is computed again,
  /// because the logits that follow it are needed.
  private func fork(_ state: SequenceState) -> Bool {
    guard limits.sharesBlocks, state.id.branch > 0, state.generatedCount == 0,
      let leader = leader(of: state), leader.computed >= state.promptCount,
      pool.freeCount > running.count
    else { return false }
    state.blocks = Array(leader.blocks[..<limits.blocks(for: state.promptCount)])
    state.blocks.forEach { pool.share($0) }
    state.computed = state.promptCount - 1
    state.published = state.computed / limits.blockLength
    state.cached = state.computed
    return true
  }

  /// What the blocks contain that the next `count` tokens of a sequence fill, if they begin with a block.
  func digests(of state: SequenceState, count: Int) -> [BlockDigest] {
    guard limits.sharesBlocks, state.computed % limits.blockLength == 0 else { return [] }
    // The logits that follow the last token are needed: it is always computed.
    let end = min(state.computed + count, state.tokens.count - 1) / limits.blockLength
    return (state.computed / limits.blockLength..<max(end, state.computed / limits.blockLength)).map {
      state.chain.digest($0, of: state.tokens)
    }
  }

  /// Takes over the blocks that others have filled since a sequence was let in, in place of its own empty ones.
  func adopt(_ state: SequenceState) {
    while let digest = digests(of: state, count: limits.blockLength).first, let block = pool.find(digest) {
      let index = state.computed / limits.blockLength
      pool.release(state.blocks[index])
      state.blocks[index] = block
      state.computed += limits.blockLength
      state.published += 1
      if !state.hasPrompt {
        state.cached += limits.blockLength
        prefixHits += limits.blockLength
      }
    }
  }

  /// Adds the blocks that follow and are kept beyond this process: the next step fills them.
  private func fetchKept(_ blocks: inout [BlockID], atMost candidates: Int, of state: SequenceState) {
    guard limits.prefixFolder != nil else { return }
    while blocks.count < candidates {
      let digest = state.chain.digest(blocks.count, of: state.tokens)
      guard isKept(digest), let block = pool.take() else { return }
      pool.publish(block, as: digest)
      loads.append(.init(digest: digest, block: block))
      blocks.append(block)
    }
  }

  /// Gives a sequence the blocks of its tokens: those whose content is there already, and new ones for the rest. Besides
  /// there must be one for each sequence that runs, which may soon need another.
  private func place(_ state: SequenceState) -> Bool {
    var blocks: [BlockID] = []
    // The logits that follow the last token are needed: it is always computed.
    let candidates = limits.sharesBlocks ? (state.tokens.count - 1) / limits.blockLength : 0
    while blocks.count < candidates, let block = pool.find(state.chain.digest(blocks.count, of: state.tokens))
    {
      blocks.append(block)
    }
    let absent = limits.blocks(for: state.tokens.count) - blocks.count
    guard pool.freeCount >= absent + running.count else {
      blocks.reversed().forEach { pool.release($0) }
      return false
    }
    fetchKept(&blocks, atMost: candidates, of: state)
    let whole = blocks.count * limits.blockLength
    let found = whole + takeContinuation(&blocks, of: state)
    let missing = limits.blocks(for: state.tokens.count) - blocks.count
    for _ in 0..<missing { if let block = pool.take() { blocks.append(block) } }
    state.blocks = blocks
    state.computed = found
    state.published = found / limits.blockLength
    if !state.hasStarted {
      state.cached = found
      prefixQueries += candidates * limits.blockLength
      prefixHits += whole
    }
    return true
  }

  /// Adds a block in which another text has gone on in the same way for a while: its last one, which was not filled, or any
  /// where there is one conversation, whose other answers nobody wants any more.
  ///
  /// Not for a request with a seed of its own: where a prompt is cut into steps shows in the last bits of its keys, and whoever
  /// gives a seed wants the same answer twice, whatever was asked before.
  ///
  /// - Returns: How many of the sequence's tokens are in it.
  private func takeContinuation(_ blocks: inout [BlockID], of state: SequenceState) -> Int {
    guard limits.sharesBlocks, state.config.seed == nil else { return 0 }
    let rest = state.tokens.dropLast().dropFirst(blocks.count * limits.blockLength)
    let parent = state.chain.digest(before: blocks.count, of: state.tokens)
    guard let found = pool.takeContinuation(after: parent, of: rest) else { return 0 }
    blocks.append(found.block)
    return found.count
  }
}
