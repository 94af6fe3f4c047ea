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

  /// A shape that is refused leaves the tensor as it was.
  @Test func aRefusedShapeChangesNothing() throws {
    let runtime = try OpenVINORuntime.shared()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 24, alignment: 8)
    defer { memory.deallocate() }
    let wrapped = try Tensor(wrapping: memory, as: .f32, shape: [2, 3], owner: nil, runtime: runtime)
    let own = try TinyModels.tensor([Float](repeating: 0, count: 6), [2, 3])
    for tensor in [wrapped, own] {
      try tensor.withElements(of: Float.self) { _ = $0.update(from: [1, 2, 3, 4, 5, 6]) }
      var shapes = [[1 << 40, 1 << 20], [1 << 32, 1 << 32], [Int.max, Int.max], [Int.max]]
      if tensor === wrapped { shapes.append([7]) }
      for shape in shapes {
        #expect(throws: OpenVINOError.self) { try tensor.setShape(shape) }
        #expect(try tensor.layout().shape == [2, 3])
        #expect(try tensor.elements(of: Float.self) == [1, 2, 3, 4, 5, 6])
      }
      try tensor.setShape([3, 2])
      #expect(try tensor.elements(of: Float.self) == [1, 2, 3, 4, 5, 6])
    }
    try own.setShape([100])
    #expect(try own.layout().byteCount == 400)
  }

  @Test(arguments: [[1 << 33, 1 << 33], [Int.max, 2], [Int.max], [1 << 62, 4, 0x100]])
  func shapesThatNoMemoryHoldsAreRefused(shape: [Int]) throws {
    let runtime = try OpenVINORuntime.shared()
    #expect(throws: OpenVINOError.self) { try Tensor(.f32, shape: shape, runtime: runtime) }
    #expect(throws: OpenVINOError.self) { try TinyModels.tensor([Float(1)], shape) }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8)
    defer { memory.deallocate() }
    #expect(throws: OpenVINOError.self) {
      try Tensor(wrapping: memory, as: .f32, shape: shape, owner: nil, runtime: runtime)
    }
  }

  /// They are objects of C++, and no bytes for anybody.
  @Test func textsAreNotLentAsBytes() throws {
    let tensor = try Tensor(texts: ["a", "b"], runtime: OpenVINORuntime.shared())
    let error = #expect(throws: OpenVINOError.self) { try tensor.withBytes { $0.count } }
    #expect(error?.code == .badArgument)
    #expect(try tensor.texts() == [Array("a".utf8), Array("b".utf8)])
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
