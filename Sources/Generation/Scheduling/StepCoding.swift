import Foundation

/// A step as bytes, for a runner in another process.
extension Step {
  /// The bytes.
  package func encoded() throws -> [UInt8] {
    var writer = WireWriter()
    writer.write(number)
    writer.write(ended.count)
    ended.forEach { writer.write($0) }
    // Few and rich: the only part that is worth names.
    writer.write(begun.isEmpty ? [] : Array(try Self.encoder.encode(begun)))
    for list in [saves, loads] {
      writer.write(list.count)
      for stored in list {
        writer.write(stored.digest.bytes)
        writer.write(stored.block)
      }
    }
    writer.write(copies.count)
    for copy in copies {
      writer.write(copy.source)
      writer.write(copy.target)
    }
    writer.write(rows.count)
    for row in rows {
      writer.write(row.id)
      writer.write(row.tokens)
      writer.write(row.position)
      writer.write(row.blocks)
      writer.write(row.samples ? 1 : 0)
      writer.write(row.drafts)
    }
    return writer.bytes
  }

  /// Reads the bytes.
  package init(decoding bytes: [UInt8]) throws {
    var reader = WireReader(bytes)
    self.init(number: try reader.number())
    for _ in 0..<(try reader.count()) { ended.append(try reader.id()) }
    let setups = try reader.chunk()
    if !setups.isEmpty { begun = try Self.decoder.decode([SequenceSetup].self, from: Data(setups)) }
    saves = try Self.storedBlocks(&reader)
    loads = try Self.storedBlocks(&reader)
    for _ in 0..<(try reader.count()) {
      copies.append(BlockCopy(source: try reader.number(), target: try reader.number()))
    }
    for _ in 0..<(try reader.count()) {
      var row = Row(
        id: try reader.id(), tokens: try reader.numbers(), position: try reader.number(),
        blocks: try reader.numbers(), samples: try reader.number() != 0)
      row.drafts = try reader.number()
      rows.append(row)
    }
  }

  private static func storedBlocks(_ reader: inout WireReader) throws -> [StoredBlock] {
    try (0..<(try reader.count())).map { _ in
      guard let digest = BlockDigest(bytes: try reader.chunk()) else {
        throw WireError(description: "a digest of another length")
      }
      return StoredBlock(digest: digest, block: try reader.number())
    }
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    // A bias may be minus infinity.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

/// What a runner chose, as bytes.
extension Sampled {
  /// The bytes of all that a step gave.
  package static func encoded(_ all: [Sampled]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(all.count)
    for sampled in all {
      writer.write(sampled.id)
      writer.write(sampled.tokens)
      writer.write(sampled.reused)
      writer.write(sampled.guesses)
      writer.write(sampled.logProbabilities.count)
      for probability in sampled.logProbabilities {
        writer.write(probability.token)
        writer.write(probability.logProbability)
        writer.write(probability.top.count)
        for alternative in probability.top {
          writer.write(alternative.token)
          writer.write(alternative.logProbability)
        }
      }
      writer.write(sampled.failure.map { Array($0.code.rawValue.utf8) } ?? [])
      writer.write(sampled.failure.map { Array($0.message.utf8) } ?? [])
      writer.write(sampled.isDeferred ? 1 : 0)
    }
    return writer.bytes
  }

  /// Reads the bytes.
  package static func decoded(_ bytes: [UInt8]) throws(WireError) -> [Sampled] {
    var reader = WireReader(bytes)
    var all: [Sampled] = []
    for _ in 0..<(try reader.count()) {
      var sampled = Sampled(id: try reader.id(), tokens: try reader.numbers())
      sampled.reused = try reader.number()
      sampled.guesses = try reader.numbers()
      for _ in 0..<(try reader.count()) {
        var probability = TokenLogProbability(
          token: try reader.number(), logProbability: try reader.float())
        for _ in 0..<(try reader.count()) {
          probability.top.append(
            .init(token: try reader.number(), logProbability: try reader.float()))
        }
        sampled.logProbabilities.append(probability)
      }
      let code = String(decoding: try reader.chunk(), as: UTF8.self)
      let message = String(decoding: try reader.chunk(), as: UTF8.self)
      if !code.isEmpty {
        sampled.failure = CompletionFailure(.init(rawValue: code) ?? .runnerLost, message)
      }
      sampled.isDeferred = try reader.number() != 0
      all.append(sampled)
    }
    return all
  }
}
