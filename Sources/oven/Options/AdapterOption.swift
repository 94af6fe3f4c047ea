import ArgumentParser

/// `--lora DIR` or `--lora DIR=SCALE`.
struct AdapterOption: ExpressibleByArgument {
  let folder: String
  let scale: Float

  /// What follows the last equals sign is the scale where it is a number; a folder's name may have one too.
  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    guard let sign = argument.lastIndex(of: "="), let scale = Float(argument[argument.index(after: sign)...]),
      scale.isFinite, sign > argument.startIndex
    else {
      (folder, scale) = (argument, 1)
      return
    }
    (folder, self.scale) = (String(argument[..<sign]), scale)
  }
}
