/// What a template may use up at most. Templates come from model folders, that is from strangers.
package struct TemplateLimits: Sendable {
  /// Nodes of the template that may be evaluated.
  package var steps: Int
  /// Bytes of text, lists and maps that may be made while rendering, the output included.
  package var bytes: Int
  /// Expressions, blocks and calls that may be under way at once.
  package var depth: Int
  /// Blocks, brackets and operators inside one another in the template's text.
  package var nesting: Int
  /// Lists and maps inside one another.
  package var valueDepth: Int

  /// The defaults let every known template render conversations of many megabytes, and end in seconds.
  package init(
    steps: Int = 5_000_000, bytes: Int = 256 << 20, depth: Int = 800, nesting: Int = 100,
    valueDepth: Int = 280
  ) {
    self.steps = steps
    self.bytes = bytes
    self.depth = depth
    self.nesting = nesting
    self.valueDepth = valueDepth
  }
}
