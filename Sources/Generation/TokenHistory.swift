/// Which tokens occurred so far, as the penalties need to know.
package struct TokenHistory: Sendable {
  /// Every token of prompt and answer once, in the order of its first occurrence.
  package private(set) var distinct: [Int] = []
  /// How often each token was generated; prompts do not count.
  package private(set) var generated: [Int: Int] = [:]
  private var known: Set<Int> = []

  /// The history of a prompt.
  package init(prompt: some Sequence<Int> = []) {
    for id in prompt where known.insert(id).inserted { distinct.append(id) }
  }

  /// Adds a generated token.
  package mutating func append(_ id: Int) {
    if known.insert(id).inserted { distinct.append(id) }
    generated[id, default: 0] += 1
  }
}
