import Foundation
import OpenVINO
import Testing

@Suite struct TensorTests {
  @Test func holdsWhatItIsGiven() throws {
    let tensor = try TinyModels.tensor([Int64(1), -2, 3, 4, 5, 6], [2, 3])
    let layout = try tensor.layout()
    #expect(layout.elementType == .i64)
    #expect(layout.shape == [2, 3])
    #expect(layout.byteCount == 48)
    #expect(try tensor.elements(of: Int64.self) == [1, -2, 3, 4, 5, 6])
    #expect(tensor.description == "i64 [2, 3]")
  }

  @Test func viewsOfAnotherTypeAreRefused() throws {
    let tensor = try TinyModels.tensor([Int64(1)], [1])
    #expect(throws: OpenVINOError.self) { try tensor.elements(of: Int32.self) }
    #expect(throws: OpenVINOError.self) { try TinyModels.tensor([Float(1)], [2]) }
    #expect(throws: OpenVINOError.self) { try tensor.setShape([-1]) }
    #expect(throws: OpenVINOError.self) {
      try Tensor(ElementType(rawValue: "q9"), shape: [1], runtime: OpenVINORuntime.shared())
    }
  }

  @Test func partsShareMemoryAndAreCopiedWithoutTheirGaps() throws {
    let tensor = try TinyModels.tensor((0..<12).map(Float.init), [1, 2, 3, 2])
    let part = try tensor.part(from: [0, 0, 0, 0], to: [1, 2, 2, 2])
    #expect(try part.layout().shape == [1, 2, 2, 2])
    #expect(try !part.layout().isContiguous)
    #expect(throws: OpenVINOError.self) { try part.elements(of: Float.self) }
    let copy = try Tensor(.f32, shape: [1, 2, 2, 2], runtime: OpenVINORuntime.shared())
    try part.copy(to: copy)
    #expect(try copy.elements(of: Float.self) == [0, 1, 2, 3, 6, 7, 8, 9])
  }

  @Test func partsOutsideAreRefused() throws {
    let tensor = try TinyModels.tensor([Float(1), 2], [2])
    #expect(throws: OpenVINOError.self) { try tensor.part(from: [0], to: [3]) }
    #expect(throws: OpenVINOError.self) { try tensor.part(from: [0, 0], to: [1]) }
  }

  @Test func emptyTensorsAreAllowed() throws {
    let tensor = try Tensor(.f32, shape: [1, 3, 0, 64], runtime: OpenVINORuntime.shared())
    #expect(try tensor.layout().byteCount == 0)
    #expect(try tensor.elements(of: Float.self).isEmpty)
  }

  @Test func textsKeepAllTheirBytes() throws {
    let texts = ["", "Zürich\0日本", "e\u{301}", String(repeating: "x", count: 1000)]
    let tensor = try Tensor(texts: texts, runtime: OpenVINORuntime.shared())
    #expect(try tensor.layout().shape == [4])
    #expect(try tensor.texts() == texts.map { Array($0.utf8) })
    #expect(try Tensor(texts: [], runtime: OpenVINORuntime.shared()).texts().isEmpty)
    #expect(throws: OpenVINOError.self) { try TinyModels.tensor([Float(1)], [1]).texts() }
  }

  @Test func missingFilesCannotBeMapped() throws {
    #expect(throws: OpenVINOError.self) {
      try Tensor(mapping: "/nowhere/blob", runtime: OpenVINORuntime.shared())
    }
  }
}
