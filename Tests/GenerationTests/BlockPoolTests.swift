import Generation
import Testing

@Suite("Blocks of the cache")
struct BlockPoolTests {
  private func digest(_ tokens: [Int]) -> BlockDigest { BlockDigest(salt: "test").next(tokens) }

  // The macros do not take what changes the pool.
  private func required(_ block: BlockID?) throws -> BlockID { try #require(block) }
  private func `is`(_ block: BlockID?, _ expected: BlockID?) { #expect(block == expected) }

  @Test func whatWasNotWantedForLongestIsForgotten() throws {
    var pool = BlockPool(count: 3)
    var blocks: [BlockID] = []
    for token in 0..<3 {
      let block = try required(pool.take())
      pool.publish(block, as: digest([token]))
      blocks.append(block)
    }
    `is`(pool.take(), nil)
    for block in blocks { pool.release(block) }
    // The first is wanted again, so the second is the one to go.
    let found = try required(pool.find(digest([0])))
    #expect(found == blocks[0])
    pool.release(found)
    `is`(pool.take(), blocks[1])
    `is`(pool.find(digest([1])), nil)
    `is`(pool.find(digest([2])), blocks[2])
    #expect(pool.heldCount == 2)
  }

  @Test func aBlockIsFreeWhenItsLastHolderGoes() throws {
    var pool = BlockPool(count: 1)
    let block = try required(pool.take())
    pool.share(block)
    pool.release(block)
    #expect(pool.freeCount == 0 && pool.holders(of: block) == 1)
    pool.release(block)
    #expect(pool.freeCount == 1)
  }

  @Test func worthlessBlocksAreTakenBeforeUntouchedOnes() throws {
    var pool = BlockPool(count: 3)
    let first = try required(pool.take())
    pool.release(first)
    `is`(pool.take(), first)
  }

  /// A block is found by what comes before it, and goes to one alone.
  @Test func aConversationGoesOnInItsLastBlock() throws {
    var pool = BlockPool(count: 2)
    let before = digest([1])
    let block = try required(pool.take())
    pool.note([5, 6, 7], in: block, after: before)
    pool.release(block)
    `is`(pool.takeContinuation(after: before, of: [8, 6])?.block, nil)
    `is`(pool.takeContinuation(after: digest([2]), of: [5])?.block, nil)
    let found = pool.takeContinuation(after: before, of: [5, 6, 9])
    #expect(found?.block == block && found?.count == 2)
    #expect(pool.holders(of: block) == 1 && pool.freeCount == 1)
    `is`(pool.takeContinuation(after: before, of: [5, 6])?.block, nil)
    // Nor while somebody holds it; and what it was known for as a whole is forgotten with it.
    pool.note([5, 6, 7, 8], in: block, after: before)
    pool.publish(block, as: digest([5, 6, 7, 8]))
    `is`(pool.takeContinuation(after: before, of: [5, 6])?.block, nil)
    pool.release(block)
    `is`(pool.takeContinuation(after: before, of: [5, 6])?.block, block)
    `is`(pool.find(digest([5, 6, 7, 8])), nil)
    // The next one in its place is the one that counts; whoever needs room takes the worthless one first.
    pool.note([5], in: block, after: before)
    pool.release(block)
    let other = try required(pool.take())
    #expect(other != block)
    pool.note([6], in: other, after: before)
    pool.release(other)
    `is`(pool.takeContinuation(after: before, of: [5])?.block, nil)
    `is`(pool.take(), block)
    `is`(pool.take(), other)
    `is`(pool.takeContinuation(after: before, of: [6])?.block, nil)
  }

  /// SHA-256 of the salt, then of that digest with two tokens of 8 bytes (python3: hashlib, struct).
  @Test func digestsFollowFromAllTokensBefore() {
    let salt = BlockDigest(salt: "a")
    #expect(salt.next([1, 2]) == salt.next([1, 2]))
    #expect(salt.next([1, 2]) != salt.next([2, 1]))
    #expect(salt.next([1]).next([2]) != salt.next([1, 2]))
    #expect(BlockDigest(salt: "b").next([1, 2]) != salt.next([1, 2]))
    #expect(salt.next([1, 2]).hex == "7fe9f95e548605b2ecb4317ed6acb2c08b871570a2254fd82e722bbc77f1b6ab")
  }

  @Test func aBudgetInBytes() {
    #expect(BlockPool.count(bytes: 1000, blockBytes: 300) == 3)
    #expect(BlockPool.count(bytes: 100, blockBytes: 300) == 1)
  }
}
