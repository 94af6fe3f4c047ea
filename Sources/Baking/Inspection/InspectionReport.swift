import IRFormat
import JSON

extension FolderInspection {
  /// All of it, as `oven inspect --json` prints it.
  public var json: JSON {
    var members: JSONObject = [
      "path": .string(url.path), "model_type": modelType.map(JSON.string) ?? .null,
      "architecture": architecture.map(JSON.string) ?? .null,
      "graphs": .array(graphs.map(\.json)),
      "missing": .array(
        missing.map { ["name": .string($0.name), "consequence": .string($0.consequence)] }),
    ]
    if let manifest {
      var own = JSONObject()
      for key in ["oven_version", "source", "recipe", "summary", "notes", "verification", "files"] {
        if let value = manifest[key] { own[key] = value }
      }
      members["oven"] = .object(own)
    }
    return .object(members)
  }
}

extension FolderInspection.Graph {
  fileprivate var json: JSON {
    [
      "name": .string(name), "static": .bool(isStatic), "states": .int(stateCount),
      "layers": .int(layerCount), "weights_bytes": weightsByteCount.map(JSON.int) ?? .null,
      "weights_bytes_needed": .int(neededByteCount),
      "inputs": .array(inputs.map(\.json)), "outputs": .array(outputs.map(\.json)),
      "weights": .array(weights.map(\.json)),
      "devices": .array(
        DeviceVerdict.all(for: self).map { verdict in
          [
            "device": .string(verdict.device), "runs": .string(verdict.answer.rawValue),
            "reasons": .array(verdict.reasons.map(JSON.string)),
          ]
        }),
    ]
  }
}

extension IRDocument.Tensor {
  fileprivate var json: JSON {
    [
      "name": .string(name), "type": .string(precision),
      "shape": .array(shape.map { $0.map(JSON.int) ?? .null }),
    ]
  }
}

extension IRDocument.WeightUse {
  fileprivate var json: JSON {
    [
      "type": .string(elementType), "group_size": groupSize.map(JSON.int) ?? .null,
      "scale": scaleType.map(JSON.string) ?? .null, "zero_point": zeroPointType.map(JSON.string) ?? .null,
      "tensors": .int(tensorCount), "elements": .int(elementCount), "bytes": .int(byteCount),
    ]
  }
}
