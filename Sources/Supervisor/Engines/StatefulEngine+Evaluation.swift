extension StatefulEngine {
  /// Appends tokens and lends the logits that follow each of them, for perplexity and comparisons. The model must have
  /// been loaded with `allLogits`.
  ///
  /// - Parameters:
  ///   - new: At least one token.
  ///   - body: Gets the index of a token in `new` and the logits that follow it, as many as the vocabulary has tokens.
  package func evaluate(
    _ new: ArraySlice<Int>, _ body: (Int, UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws {
    // Few at a time: the logits of 128 tokens take 25 MB with a vocabulary of 49,152.
    let length = min(options.longestRun, 128)
    var done = 0
    while done < new.count {
      let piece = new.dropFirst(done).prefix(length)
      try append(piece)
      try withAllLogits { all, size in
        guard all.count == piece.count * size else {
          throw SupervisorError(
            .badModel,
            "\(all.count / size) rows of logits for \(piece.count) tokens: the model was loaded for the last one only"
          )
        }
        for row in 0..<piece.count {
          try body(done + row, UnsafeMutableBufferPointer(rebasing: all[(row * size)..<((row + 1) * size)]))
        }
      }
      done += piece.count
    }
  }
}
