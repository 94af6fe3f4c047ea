import Foundation
import IRFormat
import JSON
import Testing
import oven

@Suite("Sweeps")
struct SweepReportTests {
  private static func row(_ name: String, _ bytes: Int, _ divergence: Double, _ speed: Double?)
    -> SweepReport.Row
  {
    SweepReport.Row(
      name: name, byteCount: bytes, divergence: divergence, agreement: 0.9, perplexity: 13,
      unquantisedPerplexity: 12, prefill: nil, decode: speed.map { Spread(values: [$0]) })
  }

  private let report = SweepReport(
    model: "a & <b>", device: "CPU",
    rows: [
      row("int8", 140, 0.002, 50), row("g32", 100, 0.08, 60), row("g64", 90, 0.1, 80),
      row("g128", 85, 0.12, 79), row("row", 80, 0.2, 100), row("untimed", 70, 0.3, nil),
    ])

  @Test func aSchemeIsBeatenWhereAnotherIsBetterInAll() {
    #expect(report.rows.map(report.isChoice) == [true, true, true, true, true, true])
    var worse = report
    worse.rows.append(Self.row("slower", 90, 0.1, 79))
    #expect(!worse.isChoice(worse.rows[6]))
    #expect(worse.lines.first { $0.hasPrefix("slower") }?.hasSuffix("beaten") == true)
    #expect(report.json["schemes"]?.array?.count == 6)
    #expect(report.json["schemes"]?.array?.last?["answer_tokens_per_second"] == nil)
  }

  /// The best is at the top, the fastest at the right, and every timed scheme has a name.
  @Test func pictureInCharacters() throws {
    let lines = SweepPicture(report).lines
    let best = try #require(lines.firstIndex { $0.contains("int8") })
    let fastest = try #require(lines.firstIndex { $0.contains("row") })
    #expect(best == 1 && fastest == lines.count - 3)
    let points = lines.map { $0.filter { $0 == "●" || $0 == "○" }.count }.dropFirst()
    #expect(points.reduce(0, +) == 5)
    for name in ["int8", "g32", "g64", "g128", "row"] { #expect(lines.contains { $0.contains(name) }) }
    #expect(!lines.contains { $0.contains("untimed") })
    func column(_ line: Int) -> Int? { lines[line].firstIndex(of: "●")?.utf16Offset(in: lines[line]) }
    #expect(try #require(column(best)) < #require(column(fastest)))
    #expect(lines.allSatisfy { $0.count <= 81 })
  }

  @Test func pictureAsADrawing() throws {
    let svg = SweepPicture(report).svg
    let circles = try Self.circles(svg)
    #expect(circles.count == 5 && svg.contains("<title>a &amp; &lt;b&gt; on CPU</title>"))
    // Within the drawing; the larger the file, the larger the circle.
    for circle in circles {
      #expect((0...640).contains(circle.x) && (0...400).contains(circle.y) && circle.radius > 0)
    }
    #expect(circles.map(\.radius) == circles.map(\.radius).sorted(by: >))
    #expect(circles.map(\.y) == circles.map(\.y).sorted())
  }

  /// One scheme, none, or all equal: nothing to compare, and no number that is none.
  @Test(arguments: [0, 1, 2]) func fewSchemes(_ count: Int) throws {
    let few = SweepReport(
      model: "m", device: "CPU", rows: (0..<count).map { Self.row("s\($0)", 10, 0, 20) })
    #expect(!few.lines.joined().contains("nan"))
    #expect(try Self.circles(SweepPicture(few).svg).allSatisfy { $0.x.isFinite && $0.y.isFinite })
    #expect(try Self.circles(SweepPicture(few).svg).count == count)
  }

  private static func circles(_ svg: String) throws -> [(x: Double, y: Double, radius: Double)] {
    var scanner = XMLScanner(Array(svg.utf8))
    var circles: [(x: Double, y: Double, radius: Double)] = []
    while let event = try scanner.next() {
      guard case .start("circle", let attributes) = event else { continue }
      func number(_ name: String) -> Double { attributes[name].flatMap(Double.init) ?? .nan }
      circles.append((number("cx"), number("cy"), number("r")))
    }
    return circles
  }
}
