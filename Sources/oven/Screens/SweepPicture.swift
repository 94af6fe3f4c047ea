import Foundation

/// The schemes of a sweep as points: speed to the right, divergence downwards, so that the best ones are at the top
/// right; the area of a point is the size of its weights.
package struct SweepPicture {
  private let report: SweepReport
  private let points: [(row: SweepReport.Row, x: Double, y: Double)]

  /// Places the schemes that were timed in a square of side 1, y downwards.
  package init(_ report: SweepReport) {
    self.report = report
    let rows = report.rows.filter { $0.decode != nil && $0.divergence.isFinite }
    let fastest = rows.compactMap { $0.decode?.median }.max() ?? 1
    // Divergences differ by factors: a logarithmic axis, from the least of them.
    let least = max(rows.map(\.divergence).min() ?? 0, 1e-5)
    let range = max(log(max(rows.map(\.divergence).max() ?? 1, least) / least), 1e-9)
    points = rows.map { row in
      (row, (row.decode?.median ?? 0) / max(fastest, 1e-9), log(max(row.divergence, least) / least) / range)
    }
  }

  private static let width = 56
  private static let height = 12

  /// The picture in characters.
  package var lines: [String] {
    guard points.count > 1 else { return [] }
    var canvas = [[Character]](
      repeating: [Character](repeating: " ", count: Self.width + 24), count: Self.height)
    // Points first, then names in what is left: to the right of the point, in the next free line from there.
    let places = points.map { _, x, y in
      (
        line: min(Self.height - 1, Int((y * Double(Self.height - 1)).rounded())),
        column: min(Self.width - 1, Int((x * Double(Self.width - 1)).rounded()))
      )
    }
    for (point, place) in zip(points, places) {
      canvas[place.line][place.column] = report.isChoice(point.row) ? "●" : "○"
    }
    for (point, place) in zip(points, places) {
      let columns = place.column + 2..<place.column + 2 + point.row.name.count
      let line = (0..<Self.height).map { (place.line + $0) % Self.height }.first { line in
        columns.upperBound <= canvas[line].count
          && canvas[line][columns.lowerBound - 1..<columns.upperBound].allSatisfy { $0 == " " }
      }
      guard let line else { continue }
      canvas[line].replaceSubrange(columns, with: point.row.name)
    }
    let body = canvas.map { line in
      "│" + String(String(line).reversed().drop(while: { $0 == " " }).reversed())
    }
    return ["less divergence, ● what no other makes pointless"] + body
      + ["└" + String(repeating: "─", count: Self.width), "  tokens a second →"]
  }

  /// The picture as a drawing.
  package var svg: String {
    let (width, height, edge) = (640.0, 400.0, 60.0)
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" font-family="sans-serif" \
      font-size="13">
      """,
      "<title>\(Self.escaped(report.model)) on \(Self.escaped(report.device))</title>",
      """
      <path d="M\(Int(edge)) \(Int(edge / 2))V\(Int(height - edge))H\(Int(width - edge / 2))" fill="none" \
      stroke="currentColor"/>
      """,
      "<text x=\"\(Int(width / 2))\" y=\"\(Int(height - edge / 3))\" text-anchor=\"middle\">tokens a second</text>",
      """
      <text x="\(Int(edge / 3))" y="\(Int(height / 2))" text-anchor="middle" \
      transform="rotate(-90 \(Int(edge / 3)) \(Int(height / 2)))">divergence, least at the top</text>
      """,
    ]
    let largest = Double(points.map(\.row.byteCount).max() ?? 1)
    for (row, x, y) in points {
      let (left, top) = (edge + x * (width - 3 * edge), edge / 2 + 10 + y * (height - 2 * edge))
      let radius = 4 + 10 * (Double(row.byteCount) / max(largest, 1)).squareRoot()
      func number(_ value: Double) -> String { Units.decimals(value, 1) }
      parts.append(
        """
        <circle cx="\(number(left))" cy="\(number(top))" r="\(number(radius))" \
        fill="\(report.isChoice(row) ? "#0068b5" : "#9aa0a6")"/>
        <text x="\(number(left + radius + 4))" y="\(number(top + 4))">\(row.name): \
        \(Units.decimals(row.divergence, 4)), \(number(row.decode?.median ?? 0))/s, \(Units.bytes(row.byteCount))</text>
        """)
    }
    return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
