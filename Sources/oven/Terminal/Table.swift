/// Rows of text in columns that line up.
struct Table {
  /// Where the text of a column stands.
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table whose columns are aligned so.
  init(_ alignments: [Alignment]) { self.alignments = alignments }

  /// Adds a row of as many cells as there are columns.
  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The lines, columns two spaces apart.
  var lines: [String] {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return alignments[column] == .left ? row[column] + padding : padding + row[column]
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop(while: { $0 == " " }).reversed())
    }
  }
}
