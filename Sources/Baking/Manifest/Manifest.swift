import JSON

/// `oven.json`: what is in a baked folder, and where it came from.
public enum Manifest {
  /// The file's name.
  public static let fileName = "oven.json"
  /// The version of its layout; readers refuse a larger one.
  public static let version = 1
}

extension BakeReport {
  /// The report as the manifest has it.
  public var manifest: JSON {
    var members: JSONObject = [
      "manifest_version": .int(Manifest.version),
      "oven_version": .string(OvenVersion.current),
      "model_type": .string(modelType),
      "source": source.json,
      "recipe": .object(recipe),
      "summary": summary,
      "notes": .array(notes.map(JSON.string)),
    ]
    if let calibration { members["calibration"] = calibration }
    if let verification { members["verification"] = verification }
    if let tokenizerIR { members["tokenizer_ir"] = tokenizerIR }
    members["files"] = .array(files.map(\.json))
    members["tensors"] = .array(tensors.map(\.json))
    return .object(members)
  }

  private var summary: JSON {
    [
      "parameters": .int(parameterCount), "source_bytes": .int(sourceByteCount),
      "baked_bytes": .int(bakedByteCount), "bits_per_weight": .double(bitsPerWeight),
      "seconds": .double(seconds), "peak_memory_bytes": .int(peakMemory),
    ]
  }
}

extension BakeReport.Source {
  fileprivate var json: JSON {
    var members: JSONObject = ["path": .string(path), "format": .string(format)]
    if let origin {
      members["model_id"] = .string(origin.modelID)
      members["revision"] = .string(origin.revision)
    }
    members["files"] = .array(
      files.map { file in
        var entry: JSONObject = ["name": .string(file.name), "bytes": .int(file.byteCount)]
        if let sum = file.sha256 { entry["sha256"] = .string(sum) }
        return .object(entry)
      })
    return .object(members)
  }
}

extension BakeReport.File {
  fileprivate var json: JSON {
    .object([
      "name": .string(name), "bytes": .int(byteCount), checksum.algorithm: .string(checksum.digest),
    ])
  }
}

extension BakeReport.Tensor {
  fileprivate var json: JSON {
    var members: JSONObject = [
      "name": .string(name), "role": .string(role), "shape": .array(shape.map(JSON.int)),
      "source_format": .string(sourceFormat), "format": .string(format),
    ]
    if let groupSize { members["group_size"] = .int(groupSize) }
    if isKept { members["kept"] = true }
    members["relative_error"] = .double(relativeError)
    if nonFiniteCount > 0 { members["nonfinite"] = .int(nonFiniteCount) }
    members["offset"] = .int(offset)
    members["bytes"] = .int(byteCount)
    members[checksum.algorithm] = .string(checksum.digest)
    return .object(members)
  }
}
