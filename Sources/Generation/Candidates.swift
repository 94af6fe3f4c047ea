/// The tokens that are still in the draw, with their scores: logits after penalties and temperature.
struct Candidates {
  private(set) var ids: [Int32] = []
  private(set) var scores: [Float] = []

  var count: Int { ids.count }

  /// Differences of scores beyond which a token is not drawn once in e^40 times: less than one step of the random
  /// numbers. Most of a vocabulary is beyond it.
  private static let horizon: Float = 40

  /// All tokens whose score is at least that of the `topK`-th best one, or all that can be drawn where `topK` is 0.
  /// Like transformers, ties with the last one stay.
  init(_ logits: UnsafeBufferPointer<Float>, temperature: Float, topK: Int) {
    var threshold = -Float.infinity
    if topK > 0, topK < logits.count {
      threshold = Self.value(ofRank: topK, in: logits)
    } else if let best = Argmax.position(logits) {
      threshold = logits[best] - Self.horizon * temperature
    }
    for (id, logit) in logits.enumerated() where logit >= threshold && logit > -.infinity {
      ids.append(Int32(truncatingIfNeeded: id))
      scores.append(temperature == 1 ? logit : logit / temperature)
    }
  }

  /// The `rank`-th largest number, by a heap of the largest ones so far: nearly all numbers fail one comparison.
  private static func value(ofRank rank: Int, in logits: UnsafeBufferPointer<Float>) -> Float {
    var heap = [Float](repeating: -.infinity, count: rank)
    heap.withUnsafeMutableBufferPointer { heap in
      var smallest = -Float.infinity
      for logit in logits where logit > smallest {
        var hole = 0
        while true {
          var child = 2 * hole + 1
          if child >= heap.count { break }
          if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
          if heap[child] >= logit { break }
          heap[hole] = heap[child]
          hole = child
        }
        heap[hole] = logit
        smallest = heap[0]
      }
    }
    return heap[0]
  }

  /// Keeps the most probable tokens until together they have the probability `topP`.
  mutating func keep(topP: Float) {
    let probabilities = probabilities()
    guard
      let threshold = WeightedSelection.threshold(
        keys: scores.map { -$0 }, weights: probabilities, target: Double(topP))
    else { return }
    keep { $0 >= -threshold }
  }

  /// Keeps the tokens that are at least `minP` times as probable as the best one.
  mutating func keep(minP: Float) {
    guard let best = scores.max() else { return }
    keep { PortableMath.exp(Double($0) - Double(best)) >= Double(minP) }
  }

  /// Keeps the tokens whose surprise is nearest to the expected surprise until together they have the probability
  /// `typicalP` (Meister and others, "Locally Typical Sampling").
  mutating func keep(typicalP: Float) {
    guard let best = scores.max() else { return }
    let probabilities = probabilities()
    let logTotal = PortableMath.log(scores.reduce(0) { $0 + PortableMath.exp(Double($1) - Double(best)) })
    let surprises = scores.map { logTotal + Double(best) - Double($0) }
    var entropy = 0.0
    for (surprise, probability) in zip(surprises, probabilities) { entropy += surprise * probability }
    let distances = surprises.map { Float(abs($0 - entropy)) }
    guard
      let threshold = WeightedSelection.threshold(
        keys: distances, weights: probabilities, target: Double(typicalP))
    else { return }
    var (keptIDs, keptScores): ([Int32], [Float]) = ([], [])
    for index in ids.indices where distances[index] <= threshold {
      keptIDs.append(ids[index])
      keptScores.append(scores[index])
    }
    (ids, scores) = (keptIDs, keptScores)
  }

  private mutating func keep(where isKept: (Float) -> Bool) {
    var kept = 0
    for index in ids.indices where isKept(scores[index]) {
      ids[kept] = ids[index]
      scores[kept] = scores[index]
      kept += 1
    }
    ids.removeSubrange(kept...)
    scores.removeSubrange(kept...)
  }

  /// The probability of every candidate, summing to 1.
  func probabilities() -> [Double] {
    guard let best = scores.max() else { return [] }
    var weights = scores.map { PortableMath.exp(Double($0) - Double(best)) }
    var total = 0.0
    for weight in weights { total += weight }
    let scale = 1 / total
    for index in weights.indices { weights[index] *= scale }
    return weights
  }
}

/// Finds where a sum of weights is reached in the order of keys, without sorting them: quickselect by weight.
enum WeightedSelection {
  /// The smallest key such that it and all smaller ones together weigh at least `target`; the largest key where all
  /// together do not, nil where there is none.
  static func threshold(keys: [Float], weights: [Double], target: Double) -> Float? {
    var items = Array(zip(keys, weights))
    var below = 0.0
    while items.count > 1 {
      let pivot = median(items[0].0, items[items.count / 2].0, items[items.count - 1].0)
      var (smaller, equal, larger): ([(Float, Double)], Double, [(Float, Double)]) = ([], 0, [])
      var smallerWeight = 0.0
      for item in items {
        if item.0 < pivot {
          smaller.append(item)
          smallerWeight += item.1
        } else if item.0 > pivot {
          larger.append(item)
        } else {
          equal += item.1
        }
      }
      if !smaller.isEmpty, below + smallerWeight >= target {
        items = smaller
      } else if larger.isEmpty || below + smallerWeight + equal >= target {
        return pivot
      } else {
        below += smallerWeight + equal
        items = larger
      }
    }
    return items.first?.0
  }

  private static func median(_ first: Float, _ second: Float, _ third: Float) -> Float {
    max(min(first, second), min(max(first, second), third))
  }
}
