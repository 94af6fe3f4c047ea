/// The tree of notes at the end of an IR file, which runtimes read: compression modes, cache precision, versions.
public struct RuntimeInfo: Sendable, Equatable {
  /// A note: a value, or further notes.
  public struct Entry: Sendable, Equatable {
    /// The name of the note.
    public var name: String
    /// Its text; nil where it only has children.
    public var value: String?
    /// Notes below it.
    public var children: [Entry]

    /// A note with a value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
      children = []
    }

    /// A note with others below it.
    public init(_ name: String, _ children: [Entry]) {
      self.name = name
      value = nil
      self.children = children
    }
  }

  /// The notes, in order.
  public var entries: [Entry]

  /// Notes in this order.
  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// The value at a path of names, nil where there is none.
  public func value(_ path: String...) -> String? {
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
