/// A page of help for a terminal: wrapped once, for its width; examples are left as they are, to be copied.
package struct HelpScreen {
  private let page: HelpPage
  private let groups: [(title: String, verbs: [String])]
  private let width: Int
  private let title: (String) -> String

  /// - Parameters:
  ///   - groups: the verbs under their headings, the common ones first.
  ///   - width: the columns; text is never wider than a hundred, which the eye would lose.
  ///   - title: makes a heading of a text.
  package init(
    _ page: HelpPage, groups: [(title: String, verbs: [String])] = [], width: Int,
    title: @escaping (String) -> String = { $0 }
  ) {
    self.page = page
    self.groups = groups
    self.width = max(20, min(width, 100))
    self.title = title
  }

  /// The lines.
  package var lines: [String] {
    var lines = wrap(page.abstract, indent: 0) + ["", title("usage:") + " " + page.usage]
    for block in page.blocks {
      lines.append("")
      switch block {
      case .paragraph(let text): lines += wrap(text, indent: 0)
      case .example(let examples): lines += examples.map { "  " + $0 }
      }
    }
    lines += verbLines
    for section in sections {
      lines += ["", title(section.name)]
      for item in section.items { lines += entry(item.synopsis, item.text) }
    }
    if !page.verbs.isEmpty {
      lines += [""] + wrap("\(page.name) VERB --help says more about each.", indent: 0)
    }
    return lines
  }

  private var verbLines: [String] {
    guard !page.verbs.isEmpty else { return [] }
    let named = Set(groups.flatMap(\.verbs))
    let rest = page.verbs.map(\.name).filter { !named.contains($0) }
    let groups = groups + (rest.isEmpty ? [] : [(title: groups.isEmpty ? "verbs" : "more", verbs: rest)])
    return groups.flatMap { group -> [String] in
      let known = group.verbs.compactMap { name in page.verbs.first { $0.name == name } }
      return known.isEmpty ? [] : ["", title(group.title)] + known.flatMap { entry($0.name, $0.abstract) }
    }
  }

  private var sections: [(name: String, items: [HelpPage.Item])] {
    var sections: [(name: String, items: [HelpPage.Item])] = []
    for item in page.items {
      let name = (item.section ?? (item.names.isEmpty ? "arguments" : "options")).lowercased()
      if let index = sections.firstIndex(where: { $0.name == name }) {
        sections[index].items.append(item)
      } else {
        sections.append((name, [item]))
      }
    }
    return sections
  }

  /// A name with its text beside it where there is room, otherwise below.
  private func entry(_ name: String, _ text: String) -> [String] {
    let column = width >= 72 ? 28 : width >= 56 ? 20 : 6
    let head = "  " + name
    guard !text.isEmpty else { return [head] }
    let body = wrap(text, indent: column)
    guard head.count < column - 1, let first = body.first else { return wrap(name, indent: 2) + body }
    return [head + first.dropFirst(head.count)] + body.dropFirst()
  }

  private func wrap(_ text: String, indent: Int) -> [String] {
    TextWrap.lines(text, width: width - indent).map { String(repeating: " ", count: indent) + $0 }
  }
}
