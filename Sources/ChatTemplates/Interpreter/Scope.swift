/// The names of one block, loop pass or macro call, inside those of the blocks around it.
final class Scope {
  /// Few names are found faster one by one than by hashing; a context can have many.
  private static let fewNames = 8

  private var few: [(name: String, value: Value)] = []
  private var many: [Value: Value] = [:]
  let parent: Scope?

  init(parent: Scope?) { self.parent = parent }

  func value(of name: String) -> Value? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.ownValue(of: name) { return value }
      scope = current.parent
    }
    return nil
  }

  private func ownValue(of name: String) -> Value? {
    for index in few.indices where Self.same(few[index].name, name) { return few[index].value }
    return many.isEmpty ? nil : many[.string(name)]
  }

  func set(_ name: String, _ value: Value) {
    if let index = few.firstIndex(where: { Self.same($0.name, name) }) {
      few[index].value = value
    } else if few.count < Self.fewNames {
      few.append((name, value))
    } else {
      many[.string(name)] = value
    }
  }

  /// Names are the same when their code points are; Swift's `==`, which is quick to say no, lets more pass.
  private static func same(_ left: String, _ right: String) -> Bool {
    left == right && Text.equal(left, right)
  }

  func clear() {
    few = []
    many = [:]
  }
}
