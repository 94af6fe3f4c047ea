/// What is known of the keywords of JSON schema, draft 4 to 2020-12.
enum SchemaKeywords {
  /// Keywords that say something about values and are not enforced, with what would do instead.
  static let refused: [String: String] = [
    "contains": "say what all elements are with `items`",
    "minContains": "say what all elements are with `items`",
    "maxContains": "say what all elements are with `items`",
    "unevaluatedProperties": "use `additionalProperties` beside the properties that it means",
    "unevaluatedItems": "use `items` beside the `prefixItems` that it means",
    "$dynamicRef": "use `$ref`",
    "$recursiveRef": "use `$ref`",
    "extends": "use `allOf`",
    "disallow": "use `not`",
    "divisibleBy": "use `multipleOf`",
  ]
}
