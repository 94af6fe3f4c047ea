import Errors
import Foundation
import Quantization

/// What to bake, how, and where to.
public struct BakeOptions: Sendable {
  /// A checkpoint: a folder or a file.
  public var source: URL
  /// The folder that will hold the result.
  public var destination: URL
  /// How the weights are stored.
  public var recipe: RecipeRequest
  /// Whether projections that share an input become one matrix.
  public var mergesProjections = false
  /// Replace an existing destination.
  public var replacesDestination = false
  /// Continue a bake that was stopped, after checking what it left.
  public var resumes = false
  /// Accept a source that has no tokenizer.
  public var needsTokenizer = true
  /// Refuse a tokenizer that OpenVINO's own tokenizer models cannot express exactly.
  public var isStrictAboutTokenizer = false
  /// Accept NaN and infinity in the weights.
  public var allowsNonFinite = false
  /// Use SHA-256 for the checksum of the weights file, instead of the faster XXH3.
  public var usesSHA256 = false
  /// The lengths of the fixed-shape graphs that are written too; nil for none.
  public var staticShapes: StaticShapes?
  /// The weights where they are not in `source` but come from elsewhere, such as a hub; `source` is the folder of
  /// the configuration and the tokenizer then.
  public var remoteWeights: (any RemoteWeights)?
  /// Where the source came from, if it was a hub.
  public var origin: Origin?
  /// Who says how four-bit weights are rounded best; nil rounds each number to nearest.
  public var calibrator: (any WeightCalibrator)?
  /// Why there is no calibrator, where the user should be told; noted when a weight gets four bits.
  public var uncalibratedReason: String?
  /// LoRA adapters that are merged into the weights, in this order.
  public var adapters: [Adapter] = []
  /// Elements that are read at a time; nil for the usual number. For tests, whose models are small.
  package var pieceElementCount: Int?
  /// That a stored head is another matrix than the embedding that it is tied to, which only reading all of it tells.
  var usesStoredHead = false
  /// What four bits cost each weight, where a calibration has measured it: what a ratio below 1 chooses by.
  var measuredCosts: [String: Double] = [:]
  /// How notes name a setting: as the program's users know it.
  public var settingName: @Sendable (Setting) -> String = { $0.name }
  /// How many threads work; nil for all processors.
  public var workerCount: Int?

  /// A LoRA adapter that is merged into the weights.
  public struct Adapter: Sendable, Hashable {
    /// The folder that PEFT saved.
    public var folder: URL
    /// What its change is multiplied with.
    public var scale: Float

    /// Names an adapter.
    public init(folder: URL, scale: Float = 1) {
      self.folder = folder
      self.scale = scale
    }
  }

  /// The lengths of fixed-shape graphs.
  public struct StaticShapes: Sendable, Hashable {
    /// Tokens that the prefill graph takes at once.
    public var promptLength: Int
    /// Tokens of the whole conversation that the decode graph can see, the new one included.
    public var contextLength: Int
    /// The same of other decode graphs, for conversations while they are shorter: a step reads all that a graph can see.
    public var contextSteps: [Int]

    /// Names the lengths.
    public init(promptLength: Int, contextLength: Int, contextSteps: [Int] = []) {
      self.promptLength = promptLength
      self.contextLength = contextLength
      self.contextSteps = contextSteps
    }

    /// Refuses lengths with which nothing could be generated.
    func check(modelPositions: Int?) throws(BakeError) {
      guard promptLength > 0, contextLength > 1, promptLength <= contextLength else {
        throw BakeError(
          .usage,
          wording:
            "\(setting: .promptLength) \(promptLength) and \(setting: .contextLength) \(contextLength) do not fit together",
          why: "the context holds the prompt and the answer to it",
          mend: "give a \(setting: .promptLength) from 1, and a \(setting: .contextLength) above it")
      }
      if let step = contextSteps.first(where: { $0 <= 1 || $0 >= contextLength })
        ?? (Set(contextSteps).count < contextSteps.count ? contextSteps.first : nil)
      {
        throw BakeError(
          .usage,
          wording:
            "\(setting: .contextStep) \(step) is no step to a \(setting: .contextLength) of \(contextLength)",
          why: "each step is a graph of its own, for shorter conversations than the longest",
          mend: "give each \(setting: .contextStep) once, and below \(setting: .contextLength)")
      }
      if let modelPositions, contextLength > modelPositions {
        throw BakeError(
          .usage,
          wording: "\(setting: .contextLength) \(contextLength) is more than the model can tell apart",
          why: "config.json says that it has \(modelPositions) positions",
          mend:
            "give \(setting: .contextLength) \(modelPositions) or less, and a \(setting: .promptLength) below it"
        )
      }
    }
  }

  /// A model on a hub.
  public struct Origin: Sendable, Hashable {
    /// The id, `organisation/name`.
    public var modelID: String
    /// The commit that was fetched.
    public var revision: String
    /// SHA-256 sums that the hub told, by file name.
    public var sums: [String: String]

    /// Names the model and its commit.
    public init(modelID: String, revision: String, sums: [String: String] = [:]) {
      self.modelID = modelID
      self.revision = revision
      self.sums = sums
    }
  }

  /// The usual bake of `source` into `destination`.
  public init(source: URL, destination: URL, recipe: RecipeRequest = RecipeRequest()) {
    self.source = source
    self.destination = destination
    self.recipe = recipe
  }

  /// The same source, all of its weights in one type and nothing made for a device: to be read or judged, and not kept.
  ///
  /// - Parameter place: The folder that is baked into.
  package func plain(_ format: QuantizationRecipe.WeightType, at place: URL) -> BakeOptions {
    var plain = self
    plain.destination = place
    plain.recipe = RecipeRequest()
    plain.recipe.weightFormat = format
    plain.calibrator = nil
    plain.staticShapes = nil
    plain.mergesProjections = false
    plain.resumes = false
    plain.replacesDestination = false
    plain.isStrictAboutTokenizer = false
    return plain
  }
}
