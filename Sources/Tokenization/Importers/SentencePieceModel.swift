/// The parts of a SentencePiece model (`sentencepiece_model.proto`) that a tokenizer needs.
struct SentencePieceModel {
  struct Piece {
    enum Kind: Int {
      case normal = 1
      case unknown, control, userDefined, unused, byte
    }

    var text = ""
    var score: Float = 0
    var kind = Kind.normal
  }

  enum Algorithm: Int {
    case unigram = 1
    case bpe, word, character
  }

  var pieces: [Piece] = []
  // Defaults are those of the proto file.
  var algorithm = Algorithm.unigram
  var unknownID = 0
  var beginID = 1
  var endID = 2
  var unknownPiece = "<unk>"
  var hasByteFallback = false
  var charsmap: [UInt8] = []
  var normalizerName = ""
  var addsDummyPrefix = true
  var removesExtraWhitespaces = true
  var escapesWhitespaces = true
  var putsSpacesAfterWords = false

  init(_ bytes: [UInt8]) throws(TokenizerError) {
    var reader = ProtobufReader(bytes[...])
    while let (field, value) = try reader.next() {
      guard let body = value.bytes else { continue }
      switch field {
      case 1: pieces.append(try Self.piece(body))
      case 2: try readTrainer(body)
      case 3: try readNormalizer(body)
      default: break
      }
    }
    if pieces.isEmpty {
      throw TokenizerError(
        .malformed, "tokenizer.model holds no pieces",
        mend: "take tokenizer.model from the model's repository again")
    }
  }

  private static func piece(_ body: ArraySlice<UInt8>) throws(TokenizerError) -> Piece {
    var piece = Piece()
    var reader = ProtobufReader(body)
    while let (field, value) = try reader.next() {
      switch field {
      case 1: piece.text = value.string ?? ""
      case 2: piece.score = value.float ?? 0
      case 3: piece.kind = value.int.flatMap(Piece.Kind.init) ?? .normal
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(_ body: ArraySlice<UInt8>) throws(TokenizerError) {
    var reader = ProtobufReader(body)
    while let (field, value) = try reader.next() {
      switch field {
      case 3: algorithm = value.int.flatMap(Algorithm.init) ?? .unigram
      case 24: putsSpacesAfterWords = value.bool ?? false
      case 35: hasByteFallback = value.bool ?? false
      case 40: unknownID = value.int ?? 0
      case 41: beginID = value.int ?? 1
      case 42: endID = value.int ?? 2
      case 45: unknownPiece = value.string ?? "<unk>"
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ body: ArraySlice<UInt8>) throws(TokenizerError) {
    var reader = ProtobufReader(body)
    while let (field, value) = try reader.next() {
      switch field {
      case 1: normalizerName = value.string ?? ""
      case 2: charsmap = value.bytes.map(Array.init) ?? []
      case 3: addsDummyPrefix = value.bool ?? true
      case 4: removesExtraWhitespaces = value.bool ?? true
      case 5: escapesWhitespaces = value.bool ?? true
      default: break
      }
    }
  }
}
