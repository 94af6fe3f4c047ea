// Bakes a checkpoint from another program: example-bake SOURCE FOLDER
import Baking
import Foundation

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  print("usage: example-bake SOURCE FOLDER")
  exit(64)
}

let options = BakeOptions(
  source: URL(filePath: arguments[1]), destination: URL(filePath: arguments[2]), recipe: RecipeRequest())

do {
  let report = try Bake(options).run(events: { event in
    if case .note(let note) = event { print("note:", note) }
  })
  print("baked \(report.tensors.count) tensors in \(report.seconds) s")
} catch {
  print("not baked: \(error)")
  exit(65)
}
