import Baking
import Calibration
import Files
import Foundation
import OpenVINO
import Quantization

/// Decides whether a bake is calibrated, and by what.
struct BakeCalibration {
  let options: CalibrationOptions
  let weights: RecipeRequest
  /// Whether the weights are still on their way while they are baked.
  let isRemote: Bool

  /// A calibration that nobody asked for takes no longer than this, by estimate.
  private static let budget = 120.0

  /// Sets the calibrator of a bake, or the reason why there is none where the user may expect one.
  /// - Throws: an error where a calibration was asked for and cannot be done.
  func apply(to bake: inout BakeOptions) throws {
    guard options.text != "none", !options.wantsDataFreeAWQ else { return }
    if let format = weights.weightFormat, !format.isFourBit {
      guard !options.isExplicit else {
        throw ErrorReport(
          what: "\(format.rawValue) weights are not calibrated", why: "calibration rounds four-bit weights",
          mend: "leave --calibrate, --dataset, --scale-estimation and --gptq out, or bake to int4",
          status: .usage)
      }
      return
    }
    if isRemote {
      guard !options.isExplicit else {
        throw ErrorReport(
          what: "a model cannot be calibrated while it is downloaded",
          why: "its layers are read out of order",
          mend: "fetch it first with 'oven pull', and bake the folder", status: .usage)
      }
      bake.uncalibratedReason =
        "four-bit weights are rounded to nearest: a model is calibrated only after it has come in whole"
      return
    }
    let calibration = try calibration
    do {
      bake.calibrator = Calibrator(core: try Core(), options: calibration)
    } catch {
      guard !options.isExplicit else { throw error }
      bake.uncalibratedReason =
        "four-bit weights are rounded to nearest: a calibration runs the model, and \(error)"
    }
  }

  /// - Throws: an error where the text is to come from a file that is not there.
  private var calibration: Calibrator.Options {
    get throws {
      let chosen = options.awq || options.scaleEstimation || options.gptq
      let stages = CalibrationStages(
        awq: options.awq || !chosen, scaleEstimation: options.scaleEstimation || !chosen,
        gptq: options.gptq || !chosen, refine: options.refine)
      var result = Calibrator.Options(text: try text, stages: stages)
      result.windowCount = options.numSamples
      result.budget = options.isExplicit ? nil : Self.budget
      return result
    }
  }

  private var text: Calibrator.Text {
    get throws {
      guard let path = options.text, path != "self" else { return .selfWritten }
      let status = FileStatus(at: path)
      guard status?.kind == .file else {
        throw ErrorReport(
          what: "there is no text file '\(path)'", why: status == nil ? "" : "what has this name is no file",
          mend: "give the path of a text or of JSON lines, or self for a text that the model writes",
          status: .noInput)
      }
      return .file(URL(filePath: path))
    }
  }
}
