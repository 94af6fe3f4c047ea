import Baking
import Foundation
import JSON
import Testing

/// `--awq`: the bake of a model equals the plain bake of the model that was evened out by hand.
@Suite struct AWQFoldingTests {
  @Test(arguments: [false, true]) func equalsFoldingByHand(staticShapes: Bool) throws {
    let folder = try TemporaryFolder()
    var evened = tinyBake(Fixture.url("mistral-window"), folder["evened"])
    evened.recipe.awq = true
    if staticShapes { evened.staticShapes = .init(promptLength: 8, contextLength: 16) }
    let notes = Notes()
    let report = try Bake(evened).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    #expect(notes.texts.contains("AWQ: 2 pairs of matrices evened out"))
    #expect(report.recipe["awq"]?.string == "true")

    let source = try Fixture.copy("mistral-window", to: folder)
    var weights = try FloatFile(source.appending(path: "model.safetensors"))
    for layer in 0..<2 {
      weights.fold("model.layers.\(layer).mlp.up_proj.weight", "model.layers.\(layer).mlp.down_proj.weight")
    }
    try weights.write()
    var plain = tinyBake(source, folder["plain"])
    plain.staticShapes = evened.staticShapes
    _ = try Bake(plain).run()
    let bins = try ["evened", "plain"].map {
      try Data(contentsOf: folder[$0].appending(path: "openvino_model.bin"))
    }
    #expect(bins[0] == bins[1])
  }

  @Test(arguments: ["gpt2", "mixtral"]) func refusesModelsWithoutAPair(name: String) throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url(name), folder["baked"])
    options.recipe.awq = true
    #expect((failure(of: options) as? BakeError)?.code == .usage)
    #expect(folder.names == [])
  }

  @Test func refusesMergedProjections() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.recipe.awq = true
    options.mergesProjections = true
    #expect((failure(of: options) as? BakeError)?.code == .usage)
  }
}

/// A safetensors file of float32 numbers, to be changed.
private struct FloatFile {
  private let url: URL
  private var bytes: [UInt8]
  private let header: JSON
  private let begin: Int

  init(_ url: URL) throws {
    self.url = url
    bytes = Array(try Data(contentsOf: url))
    let length = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << ($1.offset * 8) }
    header = try JSON(parsing: Array(bytes[8..<8 + length]))
    begin = 8 + length
  }

  func write() throws { try Data(bytes).write(to: url) }

  /// Divides each column of `down` by its mean magnitude, and multiplies the row of `up` that feeds it.
  mutating func fold(_ up: String, _ down: String) {
    let rows = shape(down)[0]
    let columns = shape(down)[1]
    let inner = shape(up)[1]
    for column in 0..<columns {
      let sum = (0..<rows).reduce(0.0) { $0 + Double(abs(self[down, $1 * columns + column])) }
      let scale = 1 / max(Float(sum / Double(rows)), .ulpOfOne)
      for row in 0..<rows { self[down, row * columns + column] *= scale }
      for place in 0..<inner { self[up, column * inner + place] *= 1 / scale }
    }
  }

  private func shape(_ name: String) -> [Int] {
    header[name]?["shape"]?.array?.compactMap(\.int) ?? [0, 0]
  }

  private subscript(name: String, index: Int) -> Float {
    get { bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place(name, index), as: Float.self) } }
    set {
      let place = place(name, index)
      bytes.withUnsafeMutableBytes { $0.storeBytes(of: newValue, toByteOffset: place, as: Float.self) }
    }
  }

  private func place(_ name: String, _ index: Int) -> Int {
    begin + (header[name]?["data_offsets"]?.array?.first?.int ?? 0) + index * 4
  }
}
