import JSON

/// A colour of the screen.
package enum ScreenColor: Sendable {
  /// As it should be.
  case green
  /// Works, but.
  case yellow
  /// Does not work.
  case red
  /// Of no importance.
  case dim
  /// A title.
  case bold
}

extension Diagnosis {
  /// The findings as lines of text.
  /// - Parameter style: colours a piece of text; by default nothing is coloured, as it has to be for a file.
  package func lines(style: (String, ScreenColor) -> String = { text, _ in text }) -> [String] {
    let width = sections.flatMap(\.checks).map(\.name.count).max() ?? 0
    var lines: [String] = []
    for section in sections {
      if !lines.isEmpty { lines.append("") }
      lines.append(style(section.title, .bold))
      for check in section.checks {
        let (sign, color) = Self.look(check.status)
        let padding = String(repeating: " ", count: width - check.name.count)
        let indent = String(repeating: " ", count: width + 6)
        let text = check.detail.split(separator: "\n").map { String($0).trimmed }.joined(
          separator: "\n" + indent)
        let detail = check.status == .notPresent ? style(text, .dim) : text
        lines.append("  \(style(sign, color)) \(check.name)\(padding)  \(detail)")
        if !check.mend.isEmpty {
          lines.append("\(indent)\(style("→", color)) \(check.mend)")
        }
      }
    }
    return lines + ["", summary(style), conclusion]
  }

  private func summary(_ style: (String, ScreenColor) -> String) -> String {
    let failures = count(.failure)
    let warnings = count(.warning)
    if failures == 0, warnings == 0 { return style("Everything that this machine has works.", .green) }
    let parts = [
      failures > 0 ? style("\(failures) \(failures == 1 ? "fault" : "faults")", .red) : "",
      warnings > 0 ? style("\(warnings) \(warnings == 1 ? "warning" : "warnings")", .yellow) : "",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private static func look(_ status: Check.Status) -> (String, ScreenColor) {
    switch status {
    case .ok: ("✓", .green)
    case .warning: ("!", .yellow)
    case .failure: ("✗", .red)
    case .notPresent: ("–", .dim)
    }
  }

  /// The findings for programs: `{"healthy": …, "sections": [{"title": …, "checks": [{"name", "status", "detail",
  /// "mend"}]}]}`.
  package var json: JSON {
    let sections = sections.map { section -> JSON in
      let checks = section.checks.map { check -> JSON in
        [
          "name": .string(check.name), "status": .string(check.status.rawValue),
          "detail": .string(check.detail),
          "mend": check.mend.isEmpty ? .null : .string(check.mend),
        ]
      }
      return ["title": .string(section.title), "checks": .array(checks)]
    }
    return [
      "healthy": .bool(!hasFailures), "faults": .int(count(.failure)), "warnings": .int(count(.warning)),
      "conclusion": .string(conclusion),
      "sections": .array(sections),
    ]
  }
}
