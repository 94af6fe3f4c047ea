import COpenVINO

/// An extent that is known, bounded or open.
public struct Dimension: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The smallest extent.
  public var lowerBound: Int
  /// The largest extent; `nil` where there is no bound.
  public var upperBound: Int?

  /// Makes an extent between two bounds.
  public init(lowerBound: Int, upperBound: Int?) {
    self.lowerBound = lowerBound
    self.upperBound = upperBound
  }

  /// Makes an extent that is known.
  public init(_ extent: Int) {
    self.init(lowerBound: extent, upperBound: extent)
  }

  public init(integerLiteral value: Int) {
    self.init(value)
  }

  /// Any extent.
  public static let dynamic = Dimension(lowerBound: 0, upperBound: nil)

  /// The extent, where it is known.
  public var fixed: Int? { upperBound == lowerBound ? lowerBound : nil }

  /// As in IR files: "64", "?", "1..8".
  public var description: String {
    if let fixed { return "\(fixed)" }
    if lowerBound == 0, upperBound == nil { return "?" }
    return "\(lowerBound)..\(upperBound.map { "\($0)" } ?? "")"
  }
}

/// An input or output of a model.
public struct Port: Sendable, Hashable {
  /// Its tensor's names, in alphabetical order; possibly none.
  public var names: [String]
  /// Its element type.
  public var elementType: ElementType
  /// Its shape; `nil` where not even the number of axes is known.
  public var shape: [Dimension]?

  /// Describes a port.
  public init(names: [String], elementType: ElementType, shape: [Dimension]?) {
    self.names = names
    self.elementType = elementType
    self.shape = shape
  }

  /// Its first name, or an empty string.
  public var name: String { names.first ?? "" }

  /// The shape, where every extent is known.
  public var fixedShape: [Int]? {
    guard let shape else { return nil }
    let extents = shape.compactMap(\.fixed)
    return extents.count == shape.count ? extents : nil
  }
}

/// A variable of a stateful model: one half of a layer's key-value cache, for instance.
public struct Variable: Sendable, Hashable {
  /// The identity that ReadValue and Assign share.
  public var identity: String
  /// The element type that the model declares.
  public var elementType: ElementType
  /// The shape that the model declares.
  public var shape: [Dimension]?

  /// Describes a variable.
  public init(identity: String, elementType: ElementType, shape: [Dimension]?) {
    self.identity = identity
    self.elementType = elementType
    self.shape = shape
  }
}

extension ovb_port {
  /// The element type's name, up to its zero.
  var elementTypeName: ElementType {
    withUnsafeBytes(of: element_type) { bytes in
      ElementType(rawValue: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    }
  }

  /// The shape in our words.
  var shape: [Dimension]? {
    guard rank >= 0 else { return nil }
    return withUnsafeBytes(of: dimensions) { bytes in
      bytes.bindMemory(to: ovb_dimension.self).prefix(Int(rank)).map { dimension in
        Dimension(
          lowerBound: Int(dimension.min), upperBound: dimension.max < 0 ? nil : Int(dimension.max))
      }
    }
  }

  /// A shape in the boundary's words.
  init(shape: [Dimension]) throws(OpenVINOError) {
    guard shape.count <= Int(OVB_MAX_RANK) else {
      throw OpenVINOError(.badArgument, "a shape of \(shape.count) axes; at most \(OVB_MAX_RANK)")
    }
    self.init()
    rank = Int32(shape.count)
    withUnsafeMutableBytes(of: &dimensions) { bytes in
      let places = bytes.bindMemory(to: ovb_dimension.self)
      for (index, dimension) in shape.enumerated() {
        places[index] = ovb_dimension(
          min: Int64(dimension.lowerBound), max: Int64(dimension.upperBound ?? -1))
      }
    }
  }
}
