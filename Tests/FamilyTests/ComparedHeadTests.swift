import Architectures
import Checkpoints
import Foundation
import JSON
import Synchronization
import Tensors
import Testing

/// A head that is stored beside the embedding that it is tied to is compared with it while that is read, not before.
@Suite struct ComparedHeadTests {
  private let embedding = "model.embed_tokens.weight"

  private func reading(_ weights: WithHead, usesStoredHead: Bool = false) throws -> ModelReading {
    let file = TinyModel.folder.appending(path: "llama/config.json")
    var members = try JSON(parsing: Array(Data(contentsOf: file))).object ?? [:]
    members["tie_word_embeddings"] = true
    return try ModelReading(config: .object(members), weights: weights, usesStoredHead: usesStoredHead)
  }

  @Test func eachIsReadOnce() throws {
    let weights = try WithHead(changedRow: nil)
    let reading = try reading(weights)
    #expect(reading.config["tie_word_embeddings"] == true && reading.unused.isEmpty && reading.notes.isEmpty)
    #expect(weights.head.rowCount <= 8 && weights.embedding.rowCount <= 8)
    let tensor = try #require(reading.weights.tensor(named: embedding))
    var numbers = [Float](repeating: 0, count: tensor.shape.elementCount)
    for _ in 0..<2 {
      try numbers.withUnsafeMutableBufferPointer {
        try tensor.readRows(0..<tensor.shape.rows, into: $0, scratch: ScratchBuffer())
      }
    }
    #expect(weights.head.rowCount <= tensor.shape.rows + 8)
  }

  @Test(arguments: [1, 100, 318]) func aDifferenceIsFoundWhereverItIs(row: Int) throws {
    let weights = try WithHead(changedRow: row)
    let guessed = try reading(weights)
    #expect(guessed.config["tie_word_embeddings"] == true)
    let tensor = try #require(guessed.weights.tensor(named: embedding))
    var bytes = [UInt8](repeating: 0, count: tensor.storedByteCount)
    #expect(throws: DifferentHead.self) {
      try bytes.withUnsafeMutableBytes { try tensor.readRawRows(0..<tensor.shape.rows, into: $0) }
    }
    let known = try reading(weights, usesStoredHead: true)
    #expect(known.config["tie_word_embeddings"] == false)
    #expect(known.notes.contains { $0.contains("another 'lm_head.weight' is stored") })
  }
}

/// The tiny llama with its embedding as head, of which one number may be another.
private struct WithHead: WeightSource {
  let embedding: CountedTensor
  let head: CountedTensor
  private let base: any WeightSource

  init(changedRow: Int?) throws {
    base = try Checkpoint.open(path: TinyModel.folder.path + "/llama").weights
    let table = try #require(base.tensor(named: "model.embed_tokens.weight"))
    embedding = CountedTensor(base: table, name: table.name, changedRow: nil)
    head = CountedTensor(base: table, name: "lm_head.weight", changedRow: changedRow)
  }

  var tensorNames: [String] { base.tensorNames }

  func tensor(named name: String) -> (any StoredTensor)? {
    name == embedding.name ? embedding : name == head.name ? head : base.tensor(named: name)
  }
}

private struct CountedTensor: StoredTensor {
  let base: any StoredTensor
  let name: String
  let changedRow: Int?
  private let counter = Counter()

  private final class Counter: Sendable {
    let rows = Atomic<Int>(0)
  }

  init(base: any StoredTensor, name: String, changedRow: Int?) {
    (self.base, self.name, self.changedRow) = (base, name, changedRow)
  }

  var rowCount: Int { counter.rows.load(ordering: .relaxed) }
  var shape: Shape { base.shape }
  var formatName: String { base.formatName }
  var storedByteCount: Int { base.storedByteCount }
  var elementType: ElementType? { base.elementType }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    counter.rows.add(rows.count, ordering: .relaxed)
    try base.readRows(rows, into: output, scratch: scratch)
    if let changedRow, rows.contains(changedRow) {
      output[(changedRow - rows.lowerBound) * shape.columns] += 1
    }
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    counter.rows.add(rows.count, ordering: .relaxed)
    try base.readRawRows(rows, into: output)
    if let changedRow, rows.contains(changedRow) {
      output[(changedRow - rows.lowerBound) * output.count / rows.count] ^= 1
    }
  }
}
