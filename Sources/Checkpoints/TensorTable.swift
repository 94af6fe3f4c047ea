import Tensors

/// The tensors of an opened checkpoint in the order of its files.
package struct TensorTable: WeightSource {
  package private(set) var tensorNames: [String] = []
  private var tensors: [String: any StoredTensor] = [:]

  /// A table of `tensors`.
  /// - Throws: `CheckpointError` of code `malformed` where two have the same name.
  package init(_ tensors: [any StoredTensor] = [], of file: String = "the checkpoint") throws(CheckpointError)
  {
    tensorNames.reserveCapacity(tensors.count)
    self.tensors.reserveCapacity(tensors.count)
    for tensor in tensors {
      guard self.tensors.updateValue(tensor, forKey: tensor.name) == nil else {
        throw CheckpointError(.malformed, "\(file) names the tensor '\(tensor.name)' twice")
      }
      tensorNames.append(tensor.name)
    }
  }

  package func tensor(named name: String) -> (any StoredTensor)? { tensors[name] }

  /// All tensors, in order.
  package var all: [any StoredTensor] { tensorNames.compactMap { tensors[$0] } }
}
