/// The names of one block, loop pass or macro call, inside those of the blocks around it.
final class Scope {
  private var names: [String: Value] = [:]
  let parent: Scope?

  init(parent: Scope?) { self.parent = parent }

  func value(of name: String) -> Value? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.names[name] { return value }
      scope = current.parent
    }
    return nil
  }

  func set(_ name: String, _ value: Value) { names[name] = value }

  func clear() { names = [:] }
}
