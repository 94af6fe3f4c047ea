import Graph
import IRFormat
import Tensors

/// What stands in the weights file, from its first byte to its last, and what must be computed for it.
struct BinPlan: Sendable {
  /// A run of bytes of the file, in the order of the file.
  struct Segment: Sendable {
    enum Content: Sendable {
      /// Bytes that are known already.
      case bytes([UInt8])
      /// A part of a job; the main part comes before the other ones.
      case part(job: Int, Blob.Part)
    }

    var content: Content
    var offset: Int
    var byteCount: Int
  }

  private(set) var jobs: [WeightJob] = []
  private(set) var segments: [Segment] = []
  let totalByteCount: Int

  /// Plans the file of a layout. `job` makes the job for a blob that no other blob shares its numbers with.
  init(_ layout: BinLayout, job makeJob: (Blob) throws -> WeightJob) throws {
    totalByteCount = layout.totalByteCount
    struct Identity: Hashable {
      var name: String
      var format: WeightFormat
    }
    var indices: [Identity: Int] = [:]
    for entry in layout.entries {
      switch entry.content {
      case .bytes(let bytes):
        segments.append(Segment(content: .bytes(bytes), offset: entry.offset, byteCount: bytes.count))
      case .blob(let blob):
        let identity = Identity(name: blob.key.sharedName, format: blob.key.format)
        let index = indices[identity] ?? jobs.count
        if index == jobs.count {
          jobs.append(try makeJob(blob))
          indices[identity] = index
        }
        segments.append(
          Segment(content: .part(job: index, blob.part), offset: entry.offset, byteCount: entry.byteCount))
      }
    }
  }

  /// For each job the last of its segments.
  var lastSegments: [Int] {
    var last = [Int](repeating: 0, count: jobs.count)
    for (index, segment) in segments.enumerated() {
      if case .part(let job, _) = segment.content { last[job] = index }
    }
    return last
  }

  /// For each job the bytes of the file from its first part to its last one.
  var spans: [Range<Int>] {
    var spans = [Range<Int>?](repeating: nil, count: jobs.count)
    for segment in segments {
      guard case .part(let job, _) = segment.content else { continue }
      spans[job] = (spans[job]?.lowerBound ?? segment.offset)..<segment.offset + segment.byteCount
    }
    return spans.map { $0 ?? 0..<0 }
  }

  /// The units of all jobs whose main part lies in the segments from `first` on, in the order of the file.
  func units(from first: Int) -> [WeightUnit] {
    segments[first...].flatMap { segment -> [WeightUnit] in
      guard case .part(let job, let part) = segment.content, part == jobs[job].mainPart else { return [] }
      return WeightUnit.units(of: jobs[job], index: job)
    }
  }
}
