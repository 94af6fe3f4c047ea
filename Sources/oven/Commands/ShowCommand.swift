import ArgumentParser
import Files

/// `oven show`: what a model is, where it came from and when it ran.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what a model is: formats, sizes, devices, where it came from, when it ran last.",
    discussion: "As oven inspect, with what the store knows besides.")

  @OptionGroup var inspect: InspectCommand

  func run() throws {
    try inspect.run()
    guard !inspect.json, let store = ModelStore(), let name = store.find(inspect.dir) else { return }
    let note = store.note(of: name)
    var line = "in the store as \(name), \(Units.bytes(store.size(of: name)))"
    if let source = note.source { line += ", from \(source)" }
    if let used = note.lastUsed { line += ", last used \(CacheReport.age(LocalClock.now() - used))" }
    if !note.devices.isEmpty { line += " on \(note.devices.joined(separator: ", "))" }
    Terminal.output.rows([line])
  }
}
