import Errors
import Files
import Foundation
import Graph
import JSON
import Quantization
import Synchronization
import Tensors

/// Writes `openvino_model.bin`, continuing where a stopped bake was if that is wanted.
struct WeightsStage {
  static let fileName = "openvino_model.bin"
  /// What an unfinished bake leaves that the next one can use. Anything else in its folder is older: graphs that
  /// this bake does not write, or the result that the last one replaced.
  static let resumableNames: Set = [fileName, BakeJournal.fileName, calibrationName]
  /// The folder in which a calibration keeps its layers.
  static let calibrationName = ".calibration"

  let plan: BakePlan
  let options: BakeOptions
  let staging: StagingFolder
  let events: BakeEventHandler

  /// The file and its rows in the manifest.
  struct Result {
    var tensors: [BakeReport.Tensor]
    var file: BakeReport.File
    /// How the content of the source was checked, where there is something to say.
    var notes: [String]
  }

  func run(isCancelled: @escaping @Sendable () -> Bool) throws -> Result {
    let jobs = plan.bin.jobs
    var digest = options.usesSHA256 ? FileDigest.sha256 : FileDigest.fast
    let fingerprint = self.fingerprint
    let kept = options.resumes ? try resumedEntries(fingerprint, &digest) : []
    let firstSegment = kept.last.map { plan.bin.lastSegments[$0.job] + 1 } ?? 0
    let file = try AppendedFile(
      path: staging.path(Self.fileName), keeping: kept.last?.span.upperBound ?? 0, digest: digest)
    let journal = try BakeJournal(in: staging, fingerprint: fingerprint, entries: kept)

    options.remoteWeights?.accept()
    options.remoteWeights?.begin(isResumed: !kept.isEmpty)
    let progress = Mutex(kept.reduce(0) { $0 + jobs[$1.job].sourceByteCount })
    events(.weightsBegin(tensors: jobs.count, sourceBytes: plan.sourceByteCount))
    let spans = plan.bin.spans
    var entries = kept
    var pipeline = WeightPipeline(
      plan: plan.bin, workerCount: options.workerCount ?? HostResources.processorCount,
      allowsNonFinite: options.allowsNonFinite, isCancelled: isCancelled)
    if let count = options.pieceElementCount { pipeline.pieceElementCount = count }
    let checksum = try pipeline.run(into: file, from: firstSegment) { done in
      let entry = BakeJournal.Entry(
        job: done.job, span: spans[done.job], checksum: done.checksum, statistics: done.statistics)
      entries.append(entry)
      try journal.append(entry)
      let bytes = progress.withLock { bytes in
        bytes += jobs[done.job].sourceByteCount
        return bytes
      }
      events(.weightsProgress(tensors: entries.count, sourceBytes: bytes))
    }
    var notes = try options.remoteWeights?.finish() ?? []
    let nonFinite = entries.filter { $0.statistics.nonFiniteCount > 0 }
    if let first = nonFinite.first {
      let more = nonFinite.count > 1 ? " and \(nonFinite.count - 1) other tensors" : ""
      let passed: Wording =
        "'\(jobs[first.job].name)'\(more) hold NaN or infinity, which \(setting: .allowNonFinite) let pass"
      notes.append(passed.text(options.settingName))
    }
    events(.weightsEnd)
    notes.forEach { events(.note($0)) }
    return Result(
      tensors: entries.map { BakeReport.Tensor(jobs[$0.job], $0) },
      file: .init(name: Self.fileName, byteCount: plan.bin.totalByteCount, checksum: checksum),
      notes: notes)
  }

  /// The weights that a stopped bake of the same thing wrote, as far as their sums are right. `digest` takes in
  /// the bytes of the file up to the end of the last one.
  private func resumedEntries(
    _ fingerprint: String, _ digest: inout FileDigest
  ) throws -> [BakeJournal.Entry] {
    let entries = BakeJournal.entries(in: staging, fingerprint: fingerprint)
    guard !entries.isEmpty, let file = try? FileByteSource(path: staging.path(Self.fileName)) else {
      if staging.isLeftover { events(.note("nothing to resume: the bake starts anew")) }
      return []
    }
    let spans = plan.bin.spans
    var good: [BakeJournal.Entry] = []
    var position = 0
    for entry in entries {
      guard entry.job < spans.count, entry.span == spans[entry.job], entry.span.upperBound <= file.byteCount,
        try file.checksum(of: entry.span, after: position, &digest) == entry.checksum
      else { break }
      position = entry.span.upperBound
      good.append(entry)
    }
    // A span that was wrong has been taken in: begin the file's digest again with the good ones.
    if good.count < entries.count {
      digest = options.usesSHA256 ? .sha256 : .fast
      position = 0
      for entry in good {
        _ = try file.checksum(of: entry.span, after: position, &digest)
        position = entry.span.upperBound
      }
    }
    events(.note("resumed: \(good.count) of \(plan.bin.jobs.count) tensors were finished and are intact"))
    return good
  }

  /// What is baked from what: a journal with another fingerprint belongs to another bake.
  var fingerprint: String {
    var parts = [OvenVersion.current, String(plan.bin.totalByteCount), String(options.usesSHA256)]
    parts += (options.calibrator?.settings ?? []).map { "\($0.name)=\($0.value)" }
    parts += plan.recipe.manifestEntries.map { "\($0.0)=\($0.1)" }
    parts += [
      String(options.mergesProjections), String(options.allowsNonFinite),
      options.staticShapes.map { "\($0.promptLength) \($0.contextLength) \($0.contextSteps)" } ?? "",
      // What the graphs fold into weights comes from here, and so does how weights are taken apart.
      plan.config.serialized(), plan.checkpoint.config?.serialized() ?? "",
    ]
    // Which weights there are, where they stand, and in which form.
    parts += zip(plan.bin.jobs, plan.bin.spans).map { job, span in
      "\(job.name) \(job.role.rawValue) \(job.weight.shape) \(job.format) \(job.isKept) \(span) "
        + job.weight.tensors.map { "\($0.name):\($0.formatName)" }.joined(separator: "+")
    }
    for adapter in options.adapters {
      for name in ["adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"] {
        parts.append("\(adapter.scale) " + Self.state(of: adapter.folder.appending(path: name).path))
      }
    }
    if let origin = options.origin {
      // A commit of a hub says what the files are, whether they are streamed, come in or lie in the cache.
      parts += [origin.modelID, origin.revision]
      parts += plan.checkpoint.files.map { "\(URL(filePath: $0.path).lastPathComponent) \($0.byteCount)" }
      return FileDigest.sha256(of: parts.joined(separator: "\n").utf8).digest
    }
    parts += plan.checkpoint.files.map { Self.state(of: $0.path) }
    return FileDigest.sha256(of: parts.joined(separator: "\n").utf8).digest
  }

  /// What tells a file from another one in its place.
  private static func state(of path: String) -> String {
    let status = FileStatus(at: path)
    return "\(path) \(status?.size ?? -1) \(status?.modifiedNanoseconds ?? 0)"
  }
}

extension ByteSource {
  /// The checksum of the bytes of `span`. `digest` takes in these and the ones from `position` up to them.
  fileprivate func checksum(
    of span: Range<Int>, after position: Int, _ digest: inout FileDigest
  ) throws -> Checksum {
    var spanDigest = FileDigest.fast
    let piece = 1 << 22
    var start = position
    while start < span.upperBound {
      let end = min(start < span.lowerBound ? span.lowerBound : span.upperBound, start + piece)
      let bytes = try bytes(at: start, count: end - start)
      bytes.withUnsafeBytes { digest.update($0) }
      if start >= span.lowerBound { bytes.withUnsafeBytes { spanDigest.update($0) } }
      start = end
    }
    return spanDigest.checksum
  }
}

extension BakeReport.Tensor {
  fileprivate init(_ job: WeightJob, _ entry: BakeJournal.Entry) {
    name = job.name
    role = job.role.rawValue
    shape = job.weight.shape.dimensions
    let formats = Set(job.weight.tensors.map(\.formatName)).sorted()
    sourceFormat = formats.joined(separator: "+")
    switch job.format {
    case .dense(let type):
      format = type.rawValue
      groupSize = nil
    case .compressed(let compressed):
      format = compressed.elementType.rawValue
      groupSize = compressed.groupSize
    }
    isKept = job.isKept
    nonFiniteCount = entry.statistics.nonFiniteCount
    // Numbers whose squares vanish: their error cannot be summed up, but only wide exponents hold them at all.
    let isTiny = entry.statistics.squares == 0 && entry.statistics.maximumMagnitude > 0
    relativeError = isTiny && !["f32", "bf16"].contains(format) ? 1 : entry.statistics.relativeError
    offset = entry.span.lowerBound
    byteCount = entry.span.count
    checksum = entry.checksum
  }
}
