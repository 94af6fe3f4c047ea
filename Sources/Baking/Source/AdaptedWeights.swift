import Architectures
import Checkpoints
import Tensors

/// The weights of a model with adapters merged into them, as they are read.
struct AdaptedWeights: WeightSource {
  private let base: any WeightSource
  private var changed: [String: any StoredTensor] = [:]
  /// What the user should know.
  private(set) var notes: [String] = []

  var tensorNames: [String] { base.tensorNames }

  /// Finds the weights that the adapters change.
  ///
  /// - Parameter used: the tensors that the model reads: a change to any other would be lost.
  /// - Throws: `BakeError` of code `badData` for an adapter that does not belong to the model.
  init(_ base: any WeightSource, _ adapters: [BakeOptions.Adapter], used: Set<String>) throws {
    self.base = base
    for adapter in adapters {
      let lora = try LoRAAdapter(folder: adapter.folder.path)
      try add(lora, scale: adapter.scale, used)
      let made = lora.baseModel.map { ", made for \($0)" } ?? ""
      let scale = adapter.scale == 1 ? "" : " at \(adapter.scale)"
      notes.append("adapter merged\(scale): \(lora.path)\(made), \(lora.updates.count) matrices")
    }
  }

  func tensor(named name: String) -> (any StoredTensor)? { changed[name] ?? base.tensor(named: name) }

  private mutating func add(_ adapter: LoRAAdapter, scale: Float, _ used: Set<String>) throws {
    for (name, tensor) in adapter.replacements.sorted(by: { $0.key < $1.key }) {
      guard scale == 1 else {
        throw Self.refused(
          adapter, "'\(name)' is replaced as a whole, which no scale but 1 can be given to")
      }
      guard let (place, old) = try target(name, adapter, used) else { continue }
      guard old.shape == tensor.shape else {
        throw Self.refused(
          adapter, "'\(name)' has the shape \(tensor.shape) there and \(old.shape) in the model")
      }
      changed[place] = RenamedTensor.replacing(old, with: tensor)
    }
    for (name, update) in adapter.updates.sorted(by: { $0.key < $1.key }) {
      guard let (place, old) = try target(name, adapter, used) else { continue }
      guard old.shape == update.shape else {
        throw Self.refused(
          adapter, "'\(name)' has the shape \(update.shape) there and \(old.shape) in the model")
      }
      var update = update
      update.factor *= scale
      changed[place] = AdaptedTensor(old, adding: [update])
    }
  }

  /// The model's tensor that an adapter's name means, under the family's name; nil for parts that are not baked.
  private mutating func target(
    _ name: String, _ adapter: LoRAAdapter, _ used: Set<String>
  ) throws -> (String, any StoredTensor)? {
    let candidates = ModelReading.names(for: name)
    guard let place = candidates.first(where: { base.tensor(named: $0) != nil }),
      let old = tensor(named: place)
    else {
      if ModelReading.isOtherSense(name) { return nil }
      throw Self.refused(adapter, "it changes '\(name)', which the model does not have")
    }
    guard used.contains(old.name) else {
      throw Self.refused(
        adapter, "it changes '\(name)', which the model does not use: its head is its embedding")
    }
    return (place, old)
  }

  private static func refused(_ adapter: LoRAAdapter, _ why: String) -> BakeError {
    let made = adapter.baseModel.map { "the adapter was made for \($0)" } ?? "the adapter names no base model"
    return BakeError(
      .badData, "the adapter \(adapter.path) does not fit the model", why: why,
      mend: "bake the model that it belongs to; \(made)")
  }
}
