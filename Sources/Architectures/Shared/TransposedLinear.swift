import Graph
import Tensors

extension WeightScope {
  /// The linear layer with a bias whose matrix is stored here as [in, out].
  func transposedLinear(_ outputs: Int, _ inputs: Int) throws(TensorError) -> Linear {
    Linear(
      name: path, weight: try weight("weight", [inputs, outputs]).transposed(),
      bias: try weight("bias", [outputs]))
  }
}
