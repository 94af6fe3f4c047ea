import Files
import Foundation
import JSON
import Quantization

/// What an unfinished bake has done so far: a line for each weight that is whole in the file, in its order.
///
/// The first line tells what is being baked; a bake of something else does not continue it. A line that was cut by
/// the crash is no line.
struct BakeJournal {
  /// One weight that is in the file.
  struct Entry {
    var job: Int
    var span: Range<Int>
    var checksum: Checksum
    var statistics: RowStatistics
  }

  static let fileName = ".journal"
  private let file: OpenFile

  /// Begins a journal, or continues one after its `entries`.
  init(in staging: StagingFolder, fingerprint: String, entries: [Entry]) throws {
    let lines = ["{\"bake\":\"\(fingerprint)\"}"] + entries.map(\.line)
    try staging.write((lines.joined(separator: "\n") + "\n").utf8, to: Self.fileName)
    let path = staging.path(Self.fileName)
    file = try BakeError.writing { () throws(FileError) in try OpenFile(writing: path) }
  }

  /// Notes a weight. It is with the operating system then, and survives the process.
  func append(_ entry: Entry) throws {
    try BakeError.writing { () throws(FileError) in
      try file.write(Array((entry.line + "\n").utf8), at: file.status.size)
    }
  }

  /// What a stopped bake of the same thing noted; empty if there is none.
  static func entries(in staging: StagingFolder, fingerprint: String) -> [Entry] {
    guard let bytes = SmallFile.bytes(at: staging.path(fileName), limit: 1 << 30) else { return [] }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let first = lines.first, let header = try? JSON(parsing: String(first)),
      header["bake"]?.string == fingerprint
    else { return [] }
    var entries: [Entry] = []
    for line in lines.dropFirst() {
      guard let entry = Entry(line: String(line)), entry.job == entries.count else { break }
      entries.append(entry)
    }
    return entries
  }

  /// Removes the journal from a folder that is finished.
  static func remove(from staging: StagingFolder) throws(BakeError) {
    let path = staging.path(fileName)
    try BakeError.writing { () throws(FileError) in try Removal.tree(path) }
  }
}

extension BakeJournal.Entry {
  fileprivate var line: String {
    let members: JSON = [
      "job": .int(job), "from": .int(span.lowerBound), "to": .int(span.upperBound),
      "sum": .string(checksum.digest), "error": .double(statistics.squaredError),
      "squares": .double(statistics.squares), "largest": .double(Double(statistics.maximumMagnitude)),
      "nonfinite": .int(statistics.nonFiniteCount),
    ]
    return members.serialized()
  }

  fileprivate init?(line: String) {
    guard let json = try? JSON(parsing: line), let job = json["job"]?.int, let from = json["from"]?.int,
      let end = json["to"]?.int, from <= end, let sum = json["sum"]?.string,
      let error = json["error"]?.double, let squares = json["squares"]?.double
    else { return nil }
    var statistics = RowStatistics()
    statistics.squaredError = error
    statistics.squares = squares
    statistics.maximumMagnitude = Float(json["largest"]?.double ?? 0)
    statistics.nonFiniteCount = json["nonfinite"]?.int ?? 0
    self.init(
      job: job, span: from..<end, checksum: Checksum(algorithm: "xxh3-128", digest: sum),
      statistics: statistics)
  }
}
