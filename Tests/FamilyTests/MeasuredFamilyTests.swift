import Architectures
import Checkpoints
import Foundation
import Graph
import Testing

/// What `oven families` and docs/families.md say was measured is about the families that there are.
@Suite struct MeasuredFamilyTests {
  @Test func everyFamilyWasMeasuredAndNoOther() {
    #expect(MeasuredFamily.all.keys.sorted() == ArchitectureRegistry.modelTypes)
  }

  @Test func everyErrorIsSmall() {
    for (type, measured) in MeasuredFamily.all {
      #expect(measured.error > 0 && measured.error < 1e-4, "\(type)")
      if let error = measured.ggufError { #expect(error > 0 && error < 1e-4, "\(type) from GGUF") }
    }
  }

  @Test func onlyWhatGGUFHasWasMeasuredFromIt() {
    for (type, measured) in MeasuredFamily.all where measured.ggufError != nil {
      #expect(!GGUFFamilies.names(of: type).isEmpty, "\(type)")
    }
  }

  /// The rows of the page are the rows of the table.
  @Test func thePageSaysTheSame() throws {
    let page = try String(
      contentsOf: TinyModel.folder.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/families.md"), encoding: .utf8)
    let table = try #require(
      page.components(separatedBy: "<!-- families -->").last?.components(
        separatedBy: "<!-- end of families -->"
      ).first)
    let rows = table.split(separator: "\n").dropFirst(2).map { row in
      row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    try #require(rows.allSatisfy { $0.count == 9 })
    #expect(rows.map { $0[0] } == ArchitectureRegistry.modelTypes)
    for row in rows {
      let measured = try #require(MeasuredFamily.all[row[0]])
      #expect(Double(row[2]) == measured.error, "\(row[0])")
      #expect(
        Array(row[5...7]) == [measured.paged, measured.npu, measured.fixedShapes].map(\.rawValue), "\(row[0])"
      )
    }
  }

  /// Recurrent states have no fixed shapes and no way to an NPU.
  @Test(arguments: TinyModel.all) func recurrentStatesStayOffNPUs(_ model: TinyModel) throws {
    let states = try model.graph().variables.map(\.id)
    guard states.contains(where: { $0.contains(".conv.") || $0.contains(".ssm.") }) else { return }
    let measured = try #require(MeasuredFamily.all[model.architecture().config.modelType])
    #expect(measured.npu == .no && measured.fixedShapes == .no)
  }
}
