import Foundation
import JSON

/// The tensors of a fixture's `model.safetensors`, to be changed and written for a bake to read.
struct ChangedWeights {
  struct Tensor {
    var name: String
    var type: String
    var shape: [Int]
    var bytes: [UInt8]
  }

  /// In the order of the file.
  var tensors: [Tensor]
  /// The members of `config.json`.
  var config: JSONObject

  init(of fixture: String) throws {
    let folder = Fixture.url(fixture)
    config = try JSON(parsing: Array(Data(contentsOf: folder.appending(path: "config.json")))).object ?? [:]
    let bytes = Array(try Data(contentsOf: folder.appending(path: "model.safetensors")))
    let length = bytes[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSON(parsing: bytes[8..<(8 + length)]).object ?? [:]
    tensors = header.compactMap { name, value in
      guard let span = value["data_offsets"]?.array?.compactMap(\.int), span.count == 2 else { return nil }
      return Tensor(
        name: name, type: value["dtype"]?.string ?? "", shape: value["shape"]?.array?.compactMap(\.int) ?? [],
        bytes: Array(bytes[(8 + length + span[0])..<(8 + length + span[1])]))
    }
  }

  /// The tensors of a file in its order, with where they begin.
  static func places(in file: [UInt8]) throws -> [(name: String, start: Int)] {
    let length = file[..<8].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSON(parsing: file[8..<(8 + length)]).object ?? [:]
    return header.compactMap { name, value -> (name: String, start: Int)? in
      guard let offset = value["data_offsets"]?.array?.first?.int else { return nil }
      return (name, 8 + length + offset)
    }.sorted { $0.start < $1.start }
  }

  func has(_ name: String) -> Bool { tensors.contains { $0.name == name } }

  mutating func rename(_ name: String, to other: String) { renameAll { $0 == name ? other : $0 } }

  mutating func renameAll(_ rule: (String) -> String) {
    for index in tensors.indices { tensors[index].name = rule(tensors[index].name) }
  }

  /// Adds a copy of a tensor, with a number of one row changed if it is to be another one.
  mutating func copy(_ name: String, as other: String, changingRow row: Int? = nil) {
    guard var tensor = tensors.first(where: { $0.name == name }) else { return }
    tensor.name = other
    if let row, let rows = tensor.shape.first { tensor.bytes[tensor.bytes.count / rows * row] ^= 0x40 }
    tensors.append(tensor)
  }

  /// The file of some of the tensors.
  static func file(_ tensors: [Tensor]) -> [UInt8] {
    var (header, position) = (JSONObject(), 0)
    for tensor in tensors {
      header[tensor.name] = [
        "dtype": .string(tensor.type), "shape": .array(tensor.shape.map(JSON.int)),
        "data_offsets": [.int(position), .int(position + tensor.bytes.count)],
      ]
      position += tensor.bytes.count
    }
    let text = Array(JSON.object(header).serialized().utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
      + tensors.flatMap(\.bytes)
  }

  /// Writes a folder with `config.json` and the weights.
  func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(JSON.object(config).serialized().utf8).write(to: folder.appending(path: "config.json"))
    try Data(Self.file(tensors)).write(to: folder.appending(path: "model.safetensors"))
  }
}
