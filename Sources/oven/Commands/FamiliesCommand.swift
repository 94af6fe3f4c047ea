import Architectures
import ArgumentParser
import JSON

/// `oven families`: which model families can be baked.
struct FamiliesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "families",
    abstract: "List the model families that can be baked.",
    discussion: "The names are those that a config.json has under 'model_type'.")

  @Flag(help: "Print a JSON array.") var json = false

  func run() {
    let names = ArchitectureRegistry.modelTypes
    if json {
      Terminal.output.line(JSON.array(names.map(JSON.string)).serialized())
    } else {
      names.forEach { Terminal.output.line($0) }
    }
  }
}
