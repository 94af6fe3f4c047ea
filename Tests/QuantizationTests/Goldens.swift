import Foundation

/// The matrices of `Tests/Fixtures/quantization/goldens.safetensors` and what NNCF makes of them.
struct Goldens: Sendable {
  private let entries: [String: Range<Int>]
  private let data: Data

  static let shared = Goldens()

  private init() {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/quantization/goldens.safetensors")
    let data = (try? Data(contentsOf: path)) ?? Data(count: 8)
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try? JSONSerialization.jsonObject(with: data[8..<8 + length])
    entries = (header as? [String: [String: Any]] ?? [:]).compactMapValues { entry in
      guard let offsets = entry["data_offsets"] as? [Int], offsets.count == 2 else { return nil }
      return 8 + length + offsets[0]..<8 + length + offsets[1]
    }
    self.data = data
  }

  /// Names of the entries that begin with `prefix`.
  func names(_ prefix: String) -> [String] { entries.keys.filter { $0.hasPrefix(prefix) }.sorted() }

  /// The bytes of an entry; empty where there is none.
  func bytes(_ name: String) -> [UInt8] {
    entries[name].map { [UInt8](data[$0]) } ?? []
  }

  /// An entry of float32.
  func floats(_ name: String) -> [Float] {
    bytes(name).withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }
}
