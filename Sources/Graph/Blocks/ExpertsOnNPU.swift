extension Graph {
  /// Whether there are experts of which NPUW does not find how many a token uses, so that it would compute all of them:
  /// none is chosen in a form of `DecoderBuilder.choiceForNPUW`.
  package var hasExpertsUnknownToNPUW: Bool {
    weights.contains { $0.role == .expert } && !nodes.contains(where: isChoiceKnownToNPUW)
  }

  private func isChoiceKnownToNPUW(_ node: Node) -> Bool {
    guard node.operation is ScatterElementsUpdate else { return false }
    var shares = self.node(of: node.inputs[2])
    if shares.operation is Slice { shares = self.node(of: shares.inputs[0]) }
    if (shares.operation as? Binary)?.kind == .multiply { shares = self.node(of: shares.inputs[0]) }
    let source = self.node(of: shares.inputs[0])
    guard source.operation is TopK else { return false }
    if shares.operation is Softmax { return true }
    return (shares.operation as? Binary)?.kind == .divide
      && self.node(of: source.inputs[0]).operation is Softmax
  }
}
