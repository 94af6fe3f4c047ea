/// The blocks of the key-value cache: who holds how many of them, and what is in those that nobody holds any more but
/// the next one may want again.
///
/// Every operation takes constant time. Blocks that nobody holds stand in one line: taken from its front, put to its end
/// where their content is known, and to its front where it is worthless. So memory that was never touched is touched as
/// late as possible, and what is forgotten is what was not wanted for longest.
package struct BlockPool {
  /// One block.
  private struct Block {
    var holders = 0
    /// What it holds, if the index leads to it.
    var digest: BlockDigest?
    /// What comes before it, if texts can go on in it.
    var parent: BlockDigest?
    /// Its neighbours in the line of free blocks.
    var previous = BlockPool.none
    var next = BlockPool.none
  }

  private static let none = -1

  private var blocks: [Block]
  private var index: [BlockDigest: BlockID] = [:]
  /// Blocks by what comes before them, with their tokens: those in which a text can go on that differs from some place on.
  private var continuations: [BlockDigest: (block: BlockID, tokens: [Int])] = [:]
  private var first: BlockID
  private var last: BlockID

  /// The blocks that nobody holds.
  package private(set) var freeCount: Int

  /// A pool of so many empty blocks.
  package init(count: Int) {
    blocks = (0..<count).map { number in
      Block(previous: number - 1, next: number + 1 < count ? number + 1 : Self.none)
    }
    first = count > 0 ? 0 : Self.none
    last = count - 1
    freeCount = count
  }

  /// How many blocks there are.
  package var count: Int { blocks.count }

  /// How many blocks are held.
  package var heldCount: Int { count - freeCount }

  /// How often a block is held.
  package func holders(of block: BlockID) -> Int { blocks[block].holders }

  /// How many blocks fit into so many bytes; at least one.
  package static func count(bytes: Int, blockBytes: Int) -> Int { max(1, bytes / max(1, blockBytes)) }

  /// A block for its first holder, its content undefined; nil where all are held.
  package mutating func take() -> BlockID? {
    guard first != Self.none else { return nil }
    let block = first
    unlink(block)
    forget(block)
    blocks[block].holders = 1
    return block
  }

  /// One more holder of a block that is held.
  package mutating func share(_ block: BlockID) {
    precondition(blocks[block].holders > 0, "a block that nobody holds cannot be shared")
    blocks[block].holders += 1
  }

  /// One holder less.
  package mutating func release(_ block: BlockID) {
    precondition(blocks[block].holders > 0, "a block that nobody holds cannot be released")
    blocks[block].holders -= 1
    guard blocks[block].holders == 0 else { return }
    if isWorthless(block) { linkFirst(block) } else { linkLast(block) }
  }

  /// A block with this content, held once more; nil where there is none.
  package mutating func find(_ digest: BlockDigest) -> BlockID? {
    guard let block = index[digest] else { return nil }
    if blocks[block].holders == 0 { unlink(block) }
    blocks[block].holders += 1
    return block
  }

  /// Says what a held block contains from now on. Where another one has the same content, that one stays in the index.
  package mutating func publish(_ block: BlockID, as digest: BlockDigest) {
    precondition(blocks[block].holders > 0, "a block that nobody holds has no content")
    guard blocks[block].digest == nil, index[digest] == nil else { return }
    blocks[block].digest = digest
    index[digest] = block
  }

  /// Says with which tokens a held block goes on after `parent`, so that a text which begins with some of them can go on in
  /// it. Of the blocks that go on in different ways after `parent`, the last one counts.
  package mutating func note(_ tokens: some Collection<Int>, in block: BlockID, after parent: BlockDigest) {
    precondition(blocks[block].holders > 0, "a block that nobody holds has no content")
    if let older = continuations[parent]?.block, older != block {
      blocks[older].parent = nil
      if blocks[older].holders == 0, isWorthless(older) {
        unlink(older)
        linkFirst(older)
      }
    }
    blocks[block].parent = parent
    continuations[parent] = (block, Array(tokens))
  }

  /// Takes a block over that goes on after `parent` as a text does, to be written by one alone from where it differs.
  ///
  /// - Parameter text: What comes after `parent`.
  /// - Returns: The block, and how many of the text's tokens it begins with; nil where there is none that nobody holds.
  package mutating func takeContinuation(
    after parent: BlockDigest, of text: some Collection<Int>
  ) -> (block: BlockID, count: Int)? {
    guard let (block, tokens) = continuations[parent], blocks[block].holders == 0 else { return nil }
    let count = zip(tokens, text).prefix { $0 == $1 }.count
    guard count > 0 else { return nil }
    unlink(block)
    forget(block)
    blocks[block].holders = 1
    return (block, count)
  }

  /// Forgets what all blocks contain. Nobody may hold any.
  package mutating func removeAllContents() {
    precondition(heldCount == 0, "a block that is held cannot be emptied")
    self = BlockPool(count: count)
  }

  private mutating func forget(_ block: BlockID) {
    if let digest = blocks[block].digest { index[digest] = nil }
    if let parent = blocks[block].parent { continuations[parent] = nil }
    (blocks[block].digest, blocks[block].parent) = (nil, nil)
  }

  private func isWorthless(_ block: BlockID) -> Bool {
    blocks[block].digest == nil && blocks[block].parent == nil
  }

  private mutating func unlink(_ block: BlockID) {
    let (previous, next) = (blocks[block].previous, blocks[block].next)
    if previous == Self.none { first = next } else { blocks[previous].next = next }
    if next == Self.none { last = previous } else { blocks[next].previous = previous }
    freeCount -= 1
  }

  private mutating func linkFirst(_ block: BlockID) {
    (blocks[block].previous, blocks[block].next) = (Self.none, first)
    if first == Self.none { last = block } else { blocks[first].previous = block }
    first = block
    freeCount += 1
  }

  private mutating func linkLast(_ block: BlockID) {
    (blocks[block].previous, blocks[block].next) = (last, Self.none)
    if last == Self.none { first = block } else { blocks[last].next = block }
    last = block
    freeCount += 1
  }
}
