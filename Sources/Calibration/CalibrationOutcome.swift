import Baking
import Foundation
import Graph
import JSON
import Quantization
import Tensors

/// What the calibrated layers amount to: weights for the bake, and the report.
struct CalibrationOutcome {
  let layers: [LayerFile]
  let model: CalibrationSubject
  let options: Calibrator.Options
  let text: CalibrationText?

  var weights: CalibratedWeights {
    get throws {
      let logical = Dictionary(
        model.graph.weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      var result = CalibratedWeights(report: report)
      for layer in layers {
        for fold in layer.folds {
          guard let weight = result.replacements[fold.weight] ?? logical[fold.weight]?.weight else {
            continue
          }
          result.replacements[fold.weight] = fold.applied(to: weight)
        }
        let file = try FileByteSource(path: layer.url.path)
        for matrix in layer.matrices {
          guard let weight = logical[matrix.name]?.weight else { continue }
          let formats = Set(weight.tensors.map(\.formatName)).sorted()
          let tensor = CalibratedTensor(
            name: matrix.name, shape: weight.shape, formatName: formats.joined(separator: "+"),
            storedByteCount: weight.tensors.reduce(0) { $0 + $1.storedByteCount }, format: matrix.format,
            file: file, offset: matrix.offset)
          result.codes[matrix.name] = .init(weight: Weight(tensor), statistics: matrix.statistics)
          let losses = matrix.losses
          if losses.total > 0 {
            result.costs[matrix.name] =
              losses.after / losses.total / Double(max(weight.shape.elementCount, 1))
          }
        }
        result.notes += layer.notes
      }
      return result
    }
  }

  private var report: JSON {
    var members: JSONObject = [
      "stages": .array(options.stages.names.map(JSON.string)),
      "folded_weights": .int(Set(layers.flatMap { $0.folds.map(\.weight) }).count),
    ]
    if let text { members["tokens"] = .int(text.windows.reduce(0) { $0 + $1.count }) }
    members["layers"] = .array(
      layers.enumerated().map { index, layer in
        let losses = layer.losses
        return [
          "layer": .int(index),
          "loss_before": .double(losses.before / max(losses.total, .leastNormalMagnitude)),
          "loss_after": .double(losses.after / max(losses.total, .leastNormalMagnitude)),
        ]
      })
    return .object(members)
  }
}
