import Errors
import Graph
import JSON
import Tensors

/// A checkpoint as its family reads it: which part of the configuration counts, under which names the tensors are
/// looked up, and what is left out.
package struct ModelReading: Sendable {
  /// The configuration of the language model.
  package let config: JSON
  /// The family.
  package let architecture: any Architecture
  /// The tensors, under the names that the family uses; each still knows its name in the checkpoint.
  package let weights: any WeightSource
  /// Names of the checkpoint that the graph is made of.
  package let used: Set<String>
  /// Names of the checkpoint that the family has no use for, although nothing says that they may be missing.
  package let unused: [String]
  /// What the user should know.
  package let notes: [String]
  /// The language model's part of the configuration, where the model has other senses.
  package let text: TextPart

  /// Finds out how to read `weights`.
  ///
  /// - Parameters:
  ///   - readsNumbers: whether matrices may be read. Where that means a download, a stored head is used as it is.
  ///   - usesStoredHead: that a stored head is another matrix than the embedding is known already, by `DifferentHead`.
  /// - Throws: `ArchitectureError` or `TensorError` where no reading fits, about the names as they are stored.
  package init(
    config whole: JSON, weights source: any WeightSource, readsNumbers: Bool = true,
    usesStoredHead: Bool = false
  ) throws {
    text = try TextPart(whole)
    try ModelReading.refuseAdapters(source)
    var failure: (any Error)?
    let plain = TrainingNames.plain(source.tensorNames)
    for (index, reading) in NameReading.all.enumerated() {
      let names = (plain ?? source.tensorNames).map(reading.name)
      // Names that a reading leaves as they are were tried first.
      if index > 0, names == plain ?? source.tensorNames { continue }
      guard let renamed = RenamedWeights(source, names: names) else { continue }
      do {
        let tied = try TiedHead(
          text.config, renamed, compares: readsNumbers && !usesStoredHead, isKnown: usesStoredHead)
        let architecture = try ArchitectureRegistry.make(for: tied.config)
        let graph = try architecture.build(weights: WeightScope(tied.weights), options: GraphOptions())
        let rest = try ModelReading.rest(of: tied.weights, architecture, graph)
        // What a training tool wrapped must fit exactly, and so must a reading that is a guess.
        if index > 0 || plain != nil, !rest.unused.isEmpty { continue }
        (config, self.architecture, self.weights) = (tied.config, architecture, tied.weights)
        used = rest.used
        (unused, notes) = (rest.unused, tied.notes + OtherSenses.notes(rest.otherSenses) + rest.notes)
        return
      } catch let error as TensorError where error.code == .missing || error.code == .badShape {
        failure = failure ?? error
      }
    }
    throw failure ?? ArchitectureError(.badConfiguration, "the checkpoint has no tensors that a family reads")
  }

  /// The names under which the family may look for what an adapter calls `name`, the likeliest first.
  package static func names(for name: String) -> [String] {
    var names = [name]
    for reading in NameReading.all where !names.contains(reading.name(of: name)) {
      names.append(reading.name(of: name))
    }
    return names
  }

  /// Whether a name belongs to a part that is no language model.
  package static func isOtherSense(_ name: String) -> Bool { OtherSenses.part(of: name) != nil }

  /// Matrices of an adapter that was not merged are part of what the model computes.
  private static func refuseAdapters(_ source: any WeightSource) throws(ArchitectureError) {
    guard let name = source.tensorNames.first(where: { $0.contains(".lora_A.") }) else { return }
    throw ArchitectureError(
      .unsupported,
      "the checkpoint holds an adapter that was not merged ('\(name)')",
      advice:
        "Merge it (merge_and_unload of PEFT), or give the base model, and the adapter's folder with \(setting: .adapter)."
    )
  }

  private struct Rest {
    var used: Set<String>
    var unused: [String] = []
    var otherSenses: [any StoredTensor] = []
    var notes: [String] = []
  }

  /// The tensors that the graph does not use.
  private static func rest(
    of weights: any WeightSource, _ architecture: any Architecture, _ graph: Graph
  ) throws -> Rest {
    let used = Set(graph.weights.flatMap { $0.weight.tensors.map(\.name) })
    var rest = Rest(used: used)
    var zeros = 0
    for name in weights.tensorNames {
      guard let tensor = weights.tensor(named: name), !used.contains(tensor.name),
        !architecture.ignores(tensor: name)
      else { continue }
      if OtherSenses.part(of: name) != nil || OtherSenses.part(of: tensor.name) != nil {
        rest.otherSenses.append(tensor)
      } else if try isZeroBias(tensor) {
        zeros += 1
      } else {
        rest.unused.append(tensor.name)
      }
    }
    if zeros > 0 {
      rest.notes.append("\(zeros) biases of nothing but zeros left out, which the family does not add")
    }
    return rest
  }

  /// Whether a tensor is a bias that adds nothing, as programs that quantise leave them.
  private static func isZeroBias(_ tensor: any StoredTensor) throws -> Bool {
    guard tensor.name.hasSuffix(".bias"), tensor.shape.rank == 1, tensor.shape.elementCount <= 1 << 20 else {
      return false
    }
    var values = [Float](repeating: 1, count: tensor.shape.elementCount)
    try values.withUnsafeMutableBufferPointer {
      try tensor.readRows(0..<tensor.shape.rows, into: $0, scratch: ScratchBuffer())
    }
    return values.allSatisfy { $0 == 0 }
  }
}

/// The tensors of a checkpoint under other names.
struct RenamedWeights: WeightSource {
  private(set) var tensorNames: [String]
  private let base: any WeightSource
  private var stored: [String: String]
  private var replacements: [String: any StoredTensor] = [:]

  /// - Parameter names: for each name of `base` the one to use. Nil where two would be the same.
  init?(_ base: any WeightSource, names: [String]) {
    self.base = base
    stored = Dictionary(zip(names, base.tensorNames), uniquingKeysWith: { first, _ in first })
    tensorNames = names
    guard stored.count == names.count else { return nil }
  }

  func tensor(named name: String) -> (any StoredTensor)? {
    stored[name].flatMap { replacements[$0] ?? base.tensor(named: $0) }
  }

  /// Gives another tensor under a name.
  mutating func replace(_ name: String, by tensor: any StoredTensor) {
    if let stored = stored[name] { replacements[stored] = tensor }
  }

  /// Gives a tensor one more name.
  mutating func alias(_ name: String, of other: String) {
    guard let tensor = stored[other], stored[name] == nil else { return }
    stored[name] = tensor
    tensorNames.append(name)
  }

  /// Takes a name away.
  mutating func remove(_ name: String) {
    stored[name] = nil
    tensorNames.removeAll { $0 == name }
  }
}
