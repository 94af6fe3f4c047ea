/// What a template can call, by name: for tests that try all of it.
package enum BuiltinNames {
  /// What can follow `|`.
  package static let filters: [String] = Filters.all.keys.sorted()
  /// What can follow `is`.
  package static let tests: [String] = Tests.all.keys.sorted()
  /// The methods of texts, lists, maps and numbers.
  package static let methods: [String] = Methods.names.sorted()
}
