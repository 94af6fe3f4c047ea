import Tensors
import Testing

/// A tensor whose element `i` is `i`, so that every expected value can be read off the indices.
private struct CountingTensor: StoredTensor {
  let name: String
  let shape: Shape
  var formatName: String { "f32" }
  var storedByteCount: Int { shape.elementCount * 4 }
  var elementType: ElementType? { .f32 }

  func readRows(_ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer) {
    for index in output.indices { output[index] = Float(rows.lowerBound * shape.columns + index) }
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) {
    let floats = output.bindMemory(to: Float.self)
    readRows(rows, into: floats, scratch: ScratchBuffer())
  }
}

@Suite struct WeightTests {
  private func counting(_ shape: Shape) -> Weight { Weight(CountingTensor(name: "t", shape: shape)) }

  /// Reads the weight whole, then row by row, then raw where it can: all must agree.
  private func elements(of weight: Weight) throws -> [Float] {
    let reader = WeightReader()
    let columns = weight.shape.columns
    func read(_ rows: Range<Int>) throws -> [Float] {
      try [Float](unsafeUninitializedCapacity: rows.count * columns) { buffer, count in
        count = rows.count * columns
        try reader.read(rows, of: weight, into: .init(rebasing: buffer[..<count]))
      }
    }
    let whole = try read(0..<weight.shape.rows)
    #expect(try (0..<weight.shape.rows).flatMap { try read($0..<$0 + 1) } == whole)
    if weight.elementType != nil {
      var raw = [Float](repeating: -1, count: whole.count)
      try raw.withUnsafeMutableBytes { try reader.readRaw(0..<weight.shape.rows, of: weight, into: $0) }
      #expect(raw == whole)
    }
    return whole
  }

  @Test func slicesAndStacksMatrices() throws {
    let matrix = counting([4, 2])
    #expect(try elements(of: matrix.rows(1..<3)) == [2, 3, 4, 5])
    let stack = Weight.stacked([matrix.rows(3..<4), matrix.rows(0..<1)])
    #expect(stack.shape == [2, 2])
    #expect(try elements(of: stack) == [6, 7, 0, 1])
  }

  @Test func movesElementsOfVectors() throws {
    let vector = counting([5])
    #expect(vector.rows(1..<4).shape == [3])
    #expect(try elements(of: vector.rows(1..<4)) == [1, 2, 3])
    #expect(try elements(of: vector.reordered([4, 0, 1])) == [4, 0, 1])
    #expect(try elements(of: .stacked([vector.rows(3..<5), vector.rows(0..<1)])) == [3, 4, 0])
  }

  @Test func movesWholeMatricesOfABatch() throws {
    let batch = counting([3, 2, 2])
    #expect(batch.rows(1..<2).shape == [1, 2, 2])
    #expect(try elements(of: batch.rows(1..<2)) == [4, 5, 6, 7])
    #expect(try elements(of: batch.reordered([2, 0])) == [8, 9, 10, 11, 0, 1, 2, 3])
    let rebuilt = Weight.batched((0..<3).map { batch.rows($0..<$0 + 1).reshaped([2, 2]) })
    #expect(rebuilt.shape == [3, 2, 2])
    #expect(try elements(of: rebuilt) == (0..<12).map(Float.init))
  }

  @Test func computes() throws {
    let matrix = counting([2, 3])
    #expect(try elements(of: matrix.transposed()) == [0, 3, 1, 4, 2, 5])
    #expect(try elements(of: matrix.affine(factor: 2, offset: 1)) == [1, 3, 5, 7, 9, 11])
    #expect(try elements(of: matrix.columnsScaled([1, 0, 2])) == [0, 0, 4, 3, 0, 10])
    #expect(try elements(of: matrix.rowsScaled([2, 3])) == [0, 2, 4, 9, 12, 15])
    #expect(try elements(of: Weight([1, 2], shape: [2, 1])) == [1, 2])
  }

  @Test func transposesInSlabs() throws {
    let matrix = counting([1500, 1200])
    let reader = WeightReader()
    var row = [Float](repeating: -1, count: 1500)
    try row.withUnsafeMutableBufferPointer { try reader.read(7..<8, of: matrix.transposed(), into: $0) }
    #expect(row == (0..<1500).map { Float($0 * 1200 + 7) })
  }

  @Test func transposesTwiceAsNotAtAll() throws {
    let matrix = counting([2, 3])
    #expect(matrix.transposed().transposed().elementType == .f32)
    #expect(try elements(of: matrix.transposed().transposed()) == elements(of: matrix))
  }

  @Test func copiesRawOnlyWhereNothingIsComputed() {
    let matrix = counting([2, 2])
    #expect(matrix.reordered([1, 0]).elementType == .f32)
    #expect(matrix.affine(offset: 1).elementType == nil)
    #expect(matrix.transposed().elementType == nil)
  }
}

@Suite struct ShapeTests {
  @Test func countsRowsAndColumns() throws {
    let shape = try Shape(checking: [2, 3, 4])
    #expect(shape.rows == 6 && shape.columns == 4 && shape.elementCount == 24)
    #expect(Shape([]).elementCount == 1)
  }

  @Test(arguments: [[-1], [1 << 60], [1 << 40, 1 << 40], [Int.max, 2]])
  func refusesImpossibleExtents(dimensions: [Int]) {
    #expect(throws: TensorError.self) { try Shape(checking: dimensions) }
  }
}

@Suite struct CompressedFormatTests {
  @Test func countsBytes() {
    let format = CompressedFormat(elementType: .u4, groupSize: 64, zeroPoint: .integer)
    #expect(format.valueByteCount(rows: 2, columns: 576) == 576)
    #expect(format.scaleByteCount(rows: 2, columns: 576) == 36)
    #expect(format.zeroPointByteCount(rows: 2, columns: 576) == 9)
    #expect(format.bitsPerWeight(columns: 576) == 4 + 20.0 / 64)
  }
}
