/// A token that is found in the text before the model sees it.
public struct AddedToken: Sendable, Hashable {
  /// The text of the token.
  public var content: String
  /// The id under which the file lists it.
  public var id: Int
  /// Left out of decoded text on request.
  public var isSpecial: Bool
  /// Looked for in the normalized text, in its own normalized form, rather than in the text as given.
  public var isNormalized: Bool
  /// Takes the white space before it along.
  public var stripsLeft: Bool
  /// Takes the white space after it along.
  public var stripsRight: Bool
  /// Found only where no word character touches it.
  public var isSingleWord: Bool

  /// Makes a token; by default a special one that is matched literally.
  public init(
    content: String, id: Int, isSpecial: Bool = true, isNormalized: Bool = false, stripsLeft: Bool = false,
    stripsRight: Bool = false, isSingleWord: Bool = false
  ) {
    self.content = content
    self.id = id
    self.isSpecial = isSpecial
    self.isNormalized = isNormalized
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isSingleWord = isSingleWord
  }

  init(_ component: ComponentJSON, id known: Int? = nil) throws(TokenizerError) {
    content = try component.string("content")
    id = if let known { known } else { try component.integer("id") }
    isSpecial = try component.bool("special", default: false)
    isNormalized = try component.bool("normalized", default: !isSpecial)
    stripsLeft = try component.bool("lstrip", default: false)
    stripsRight = try component.bool("rstrip", default: false)
    isSingleWord = try component.bool("single_word", default: false)
  }
}
