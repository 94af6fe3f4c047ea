import Architectures
import Errors
import Files
import Foundation
import Graph
import IRFormat
import JSON
import Quantization
import Tensors

/// One bake: a checkpoint becomes a folder.
///
/// The plan is made first, and every refusal with it. Then the weights stream into a staging folder, the graphs
/// and the other files follow, and the folder takes its final name when all of it is on the disk.
public struct Bake: Sendable {
  /// What is baked, how, and where to.
  public let options: BakeOptions

  /// A bake with these options.
  public init(_ options: BakeOptions) { self.options = options }

  /// Bakes.
  ///
  /// - Parameters:
  ///   - events: receives stages, notes and progress.
  ///   - isCancelled: asked often; once it says true the bake stops, and can be resumed.
  ///   - inspect: looks at the finished folder before it takes its name, and adds to the report. What it throws
  ///     ends the bake, and the destination stays as it was.
  /// - Throws: `BakeError`, or the error of the reader, graph or recipe that refused. Nothing is left behind then,
  ///   unless the bake was stopped on request or its source was interrupted; then it can be resumed.
  public func run(
    events: @escaping BakeEventHandler = { _ in }, isCancelled: @escaping @Sendable () -> Bool = { false },
    inspect: BakeInspection? = nil
  ) throws -> BakeReport {
    let begin = ContinuousClock.now
    try checkDestination()
    do {
      return try bake(since: begin, events: events, isCancelled: isCancelled, inspect: inspect)
    } catch is DifferentHead where !options.usesStoredHead {
      var options = options
      options.usesStoredHead = true
      return try Bake(options).run(events: events, isCancelled: isCancelled, inspect: inspect)
    } catch {
      options.remoteWeights?.cancel()
      // Whoever waits for a source learns of the stop by the source's error.
      if isCancelled(), error is any SourceInterruption { throw BakeError.interrupted }
      throw error
    }
  }

  private func bake(
    since begin: ContinuousClock.Instant, events: @escaping BakeEventHandler,
    isCancelled: @escaping @Sendable () -> Bool, inspect: BakeInspection?
  ) throws -> BakeReport {
    var plan = try BakePlan(options, isCalibrated: options.calibrator != nil)
    plan.notes.forEach { events(.note($0)) }
    let staging = try StagingFolder(for: options.destination, keepsLeftover: options.resumes)
    do {
      try staging.remove { !WeightsStage.resumableNames.contains($0) }
      try checkSpace(for: plan, in: staging)
      let calibrated = try calibrate(&plan, in: staging, events, isCancelled)
      var report = try write(plan, to: staging, events, isCancelled)
      report.calibration = calibrated?.report
      report.notes += calibrated?.notes ?? []
      report.seconds = (ContinuousClock.now - begin) / .seconds(1)
      report.peakMemory = HostResources.peakMemory
      try inspect?(staging.url, &report)
      try staging.write((report.manifest.serialized(.pretty) + "\n").utf8, to: Manifest.fileName)
      try BakeJournal.remove(from: staging)
      try staging.remove { $0 == WeightsStage.calibrationName }
      try staging.publish(replacing: options.replacesDestination)
      return report
    } catch let error as BakeError where error.code == .cancelled {
      throw error
    } catch let error as any SourceInterruption where error.leavesEarlierReadsGood {
      if !isCancelled() {
        let kept: Wording =
          "the finished tensors were kept: the same command with \(setting: .resume) goes on after them"
        events(.note(kept.text(options.settingName)))
      }
      throw error
    } catch {
      staging.discard()
      throw error
    }
  }

  /// Asks the calibrator, where there is one and anything to round.
  private func calibrate(
    _ plan: inout BakePlan, in staging: StagingFolder, _ events: @escaping BakeEventHandler,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibratedWeights? {
    guard plan.hasFourBitWeights else { return nil }
    guard let calibrator = options.calibrator else {
      options.uncalibratedReason.map { events(.note($0)) }
      return nil
    }
    var whole = options
    whole.recipe.ratio = 1
    // Where only a share may have four bits, what they cost is measured of all.
    let measured = options.recipe.ratio < 1 ? try BakePlan(whole, isCalibrated: true) : plan
    let stage = WeightsStage(plan: measured, options: whole, staging: staging, events: events)
    let subject = measured.subject(
      options, workFolder: staging.url.appending(path: WeightsStage.calibrationName),
      fingerprint: stage.fingerprint)
    let calibrated = try calibrator.calibrate(subject, events: events, isCancelled: isCancelled)
    calibrated.notes.forEach { events(.note($0)) }
    guard !calibrated.isEmpty else {
      // What is rounded to nearest after all may be better off in other groups.
      let known = Set(plan.notes)
      plan = try BakePlan(options, isCalibrated: false)
      plan.notes.filter { !known.contains($0) }.forEach { events(.note($0)) }
      return calibrated
    }
    if options.recipe.ratio < 1, !calibrated.costs.isEmpty {
      var chosen = options
      chosen.measuredCosts = calibrated.costs
      plan = try BakePlan(chosen, isCalibrated: true)
    }
    try plan.apply(calibrated)
    return calibrated
  }

  /// Refuses a destination that may not be replaced. `run` asks the same; this is for whoever has
  /// something long to do before.
  /// - Throws: `BakeError` of code `cannotCreate`.
  public func checkDestination() throws(BakeError) {
    try Destination(url: options.destination)
      .check(source: options.source, replaces: options.replacesDestination)
  }

  private func checkSpace(for plan: BakePlan, in staging: StagingFolder) throws(BakeError) {
    let folder = staging.url.path
    let incoming = options.remoteWeights?.byteCount(onDiskOf: folder) ?? 0
    // What a stopped bake wrote takes no space again.
    let file = staging.url.appending(path: WeightsStage.fileName)
    let present = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0
    let needed = plan.byteCount - present + incoming
    guard let free = Folders.freeSpace(folder), free < needed else { return }
    let download = incoming > 0 ? " and the download \(incoming / 1_000_000) MB" : ""
    throw BakeError(
      .io, "not enough space at \(staging.destination.path)",
      why: "the result takes \(plan.byteCount / 1_000_000) MB\(download), \(free / 1_000_000) MB are free",
      advice: "free some space, or bake to another disk with \(setting: .output)")
  }

  private func write(
    _ plan: BakePlan, to staging: StagingFolder, _ events: @escaping BakeEventHandler,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> BakeReport {
    var report = BakeReport(plan, options)
    let weights = WeightsStage(plan: plan, options: options, staging: staging, events: events)
    let written = try weights.run(isCancelled: isCancelled)
    report.tensors = written.tensors
    report.notes += written.notes
    report.files.append(written.file)
    for (name, graph) in plan.graphs {
      var xml = ""
      try IRWriter.write(
        graph, layout: plan.layout, name: plan.modelType,
        runtimeInfo: RuntimeNotes.notes(plan.recipe, report.tensors)
      ) { xml += $0 }
      try report.add(name + ".xml", Array(xml.utf8), to: staging)
    }
    for file in plan.files.files + plan.tokenizerIR.files {
      try report.add(file.name, file.bytes, to: staging)
    }
    return report
  }
}

extension BakeReport {
  /// The report of a plan; tensors and files are added as they are written.
  init(_ plan: BakePlan, _ options: BakeOptions) {
    let sums = options.origin?.sums ?? [:]
    source = Source(
      path: options.source.path, format: plan.checkpoint.formatName,
      files: plan.checkpoint.files.map { file in
        let name = URL(filePath: file.path).lastPathComponent
        return SourceFile(name: name, byteCount: file.byteCount, sha256: sums[name])
      }, origin: options.origin)
    modelType = plan.modelType
    recipe = JSONObject(uniqueKeysWithValues: plan.recipe.manifestEntries.map { ($0.0, JSON.string($0.1)) })
    if options.allowsNonFinite { recipe["allow_nonfinite"] = "True" }
    recipe["merge_projections"] = .string(String(options.mergesProjections))
    for setting in options.calibrator?.settings ?? [] where plan.hasFourBitWeights {
      recipe[setting.name] = .string(setting.value)
    }
    if !options.adapters.isEmpty {
      recipe["lora"] = .array(
        options.adapters.map { ["path": .string($0.folder.path), "scale": .double(Double($0.scale))] })
    }
    notes = plan.notes
    tensors = []
    files = []
    parameterCount = plan.parameterCount
    sourceByteCount = plan.sourceByteCount
    bakedByteCount = plan.bin.totalByteCount
    seconds = 0
    peakMemory = 0
    verification = nil
    calibration = nil
    tokenizerIR = nil
  }

  /// Writes a small file and notes it.
  fileprivate mutating func add(_ name: String, _ bytes: [UInt8], to staging: StagingFolder) throws(BakeError)
  {
    try staging.write(bytes, to: name)
    files.append(File(name: name, byteCount: bytes.count, checksum: FileDigest.sha256(of: bytes)))
  }
}
