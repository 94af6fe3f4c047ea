import ArgumentParser
import Files

// What shells complete where a verb wants a model. They ask the program itself, whenever Tab is pressed.

extension CompletionKind {
  /// Names of the store, and paths.
  static let model = custom { _, _, word in shown(ChatCompletion.ofChat.model(word).candidates) }

  /// Names of the store alone.
  static let storedModel = custom { _, _, word in
    shown((ModelStore()?.names ?? []).filter { $0.hasPrefix(word) })
  }

  /// In zsh an explanation stands behind a colon, which is part of some names.
  private static func shown(_ names: [String]) -> [String] {
    Processes.variable("SAP_SHELL") == "zsh" ? names.map { $0.replacing(":", with: "\\:") } : names
  }
}
