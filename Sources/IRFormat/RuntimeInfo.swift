/// The tree of notes at the end of an IR file, which runtimes read: compression modes, cache precision, versions.
package struct RuntimeInfo: Sendable, Equatable {
  /// A note: a value, or further notes.
  package struct Entry: Sendable, Equatable {
    /// The name of the note.
    package var name: String
    /// Its text; nil where it only has children.
    package var value: String?
    /// Notes below it.
    package var children: [Entry]

    /// A note with a value.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
      children = []
    }

    /// A note with others below it.
    package init(_ name: String, _ children: [Entry]) {
      self.name = name
      value = nil
      self.children = children
    }
  }

  /// The notes, in order.
  package var entries: [Entry]

  /// Notes in this order.
  package init(_ entries: [Entry] = []) { self.entries = entries }

  /// The value at a path of names, nil where there is none.
  package func value(_ path: String...) -> String? {
    var level = entries
    var found: Entry?
    for name in path {
      guard let next = level.first(where: { $0.name == name }) else { return nil }
      found = next
      level = next.children
    }
    return found?.value
  }
}
