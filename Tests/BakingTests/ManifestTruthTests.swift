import Baking
import Foundation
import JSON
import Testing

/// What the manifest says of weights that are not as they should be.
@Suite struct ManifestTruthTests {
  private static let name = "model.layers.0.self_attn.q_proj.weight"

  /// The tiny llama with the bf16 numbers of one matrix changed.
  private func source(in folder: TemporaryFolder, _ change: (inout Data, Range<Int>) -> Void) throws -> URL {
    let copy = try Fixture.copy("llama", to: folder)
    let file = copy.appending(path: "model.safetensors")
    var bytes = try Data(contentsOf: file)
    let length = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSON(parsing: Array(bytes[8..<(8 + length)]))
    let tensor = try #require(header[Self.name])
    try #require(tensor["dtype"]?.string == "BF16")
    let offsets = tensor["data_offsets"]?.array?.compactMap { $0.int }
    let span = try #require(offsets)
    change(&bytes, (8 + length + span[0])..<(8 + length + span[1]))
    try bytes.write(to: file)
    return copy
  }

  private func row(_ report: BakeReport) throws -> JSON {
    try #require(report.manifest["tensors"]?.array?.first { $0["name"]?.string == Self.name })
  }

  @Test func numbersThatAreNoneLeaveATrace() throws {
    let folder = try TemporaryFolder()
    let source = try source(in: folder) { bytes, span in
      // NaN and -infinity.
      bytes.replaceSubrange(span.lowerBound..<(span.lowerBound + 4), with: [0xC0, 0x7F, 0x80, 0xFF])
    }
    var options = tinyBake(source, folder["baked"])
    #expect((failure(of: options) as? BakeError)?.code == .badData)
    options.allowsNonFinite = true
    let report = try Bake(options).run()
    #expect(report.manifest["recipe"]?["allow_nonfinite"]?.string == "True")
    #expect(try row(report)["nonfinite"]?.int == 2)
    let others = report.manifest["tensors"]?.array?.filter { $0["nonfinite"] != nil }
    #expect(others?.count == 1)
    let plain = try Bake(tinyBake(Fixture.url("llama"), folder["plain"])).run()
    #expect(plain.manifest["recipe"]?["allow_nonfinite"] == nil)
  }

  /// 1e-10, whose scale vanishes in f16, and 1e-30, whose square vanishes in f32 as well. (bf16: numpy's ml_dtypes.)
  @Test(arguments: [[0xDC, 0x2E], [0xA2, 0x0D]] as [[UInt8]])
  func aTensorLostToUnderflowSaysSo(number: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let source = try source(in: folder) { bytes, span in
      for place in stride(from: span.lowerBound, to: span.upperBound, by: 2) {
        bytes.replaceSubrange(place..<(place + 2), with: number)
      }
    }
    let report = try Bake(tinyBake(source, folder["baked"])).run()
    let error = try #require(try row(report)["relative_error"]?.double)
    #expect(error > 0.99 && error <= 1.0001)
    #expect(report.worstTensors(1).first?.name == Self.name)
  }
}
