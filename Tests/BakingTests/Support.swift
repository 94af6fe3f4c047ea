import Baking
import Foundation
import JSON
import Quantization
import Synchronization
import Tensors

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(
      path: "oven-baking-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The names in the folder, hidden ones too.
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }

  subscript(name: String) -> URL { url.appending(path: name) }
}

/// The tiny models that transformers made.
enum Fixture {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/tiny/\(name)", directoryHint: .isDirectory)
  }

  /// A copy of a fixture that a test may damage.
  static func copy(_ name: String, to folder: TemporaryFolder) throws -> URL {
    let copy = folder["source"]
    try FileManager.default.copyItem(at: url(name), to: copy)
    try FileManager.default.removeItem(at: copy.appending(path: "reference.safetensors"))
    return copy
  }
}

/// Weights in memory that stand for those of a hub, and note what a bake asks of them.
final class MemoryWeights: RemoteWeights {
  let files: [any ByteSource]
  let calls = Notes()
  private let failure: (any Error)?

  /// - Parameter failure: what `finish` throws.
  init(name: String, bytes: [UInt8], failure: (any Error)? = nil) {
    files = [MemoryByteSource(name: name, bytes: bytes)]
    self.failure = failure
  }

  func byteCount(onDiskOf path: String) -> Int { 0 }
  func accept() { calls.add("accept") }
  func begin(isResumed: Bool) { calls.add(isResumed ? "resume" : "begin") }
  func finish() throws -> [String] {
    calls.add("finish")
    if let failure { throw failure }
    return ["read from memory"]
  }
  func cancel() { calls.add("cancel") }
}

/// Bytes in memory that note where they are read.
final class NotedSource: ByteSource {
  private let bytes: MemoryByteSource
  private let reads = Mutex<[Int]>([])

  init(name: String, bytes: [UInt8]) { self.bytes = MemoryByteSource(name: name, bytes: bytes) }

  var name: String { bytes.name }
  var byteCount: Int { bytes.byteCount }
  /// The offsets of all reads, the earliest first.
  var offsets: [Int] { reads.withLock { $0 } }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    reads.withLock { $0.append(offset) }
    try bytes.read(at: offset, into: buffer)
  }
}

/// Weights of any sources, without checks.
struct NotedWeights: RemoteWeights {
  let files: [any ByteSource]

  func byteCount(onDiskOf path: String) -> Int { 0 }
  func accept() {}
  func begin(isResumed: Bool) {}
  func finish() throws -> [String] { [] }
  func cancel() {}
}

/// A tiny bake without a tokenizer.
func tinyBake(
  _ source: URL, _ destination: URL, format: QuantizationRecipe.WeightType? = .int4
) -> BakeOptions {
  var recipe = RecipeRequest()
  recipe.weightFormat = format
  var options = BakeOptions(source: source, destination: destination, recipe: recipe)
  options.needsTokenizer = false
  return options
}

/// The error that a bake ends with.
func failure(of options: BakeOptions) -> (any Error)? {
  do {
    _ = try Bake(options).run()
    return nil
  } catch { return error }
}
