import Files
import JSON

/// What the store remembers of a model besides its files: where it came from, and when it ran last.
package struct ModelNote: Equatable, Sendable {
  /// A path, or an id of the hub.
  package var source: String?
  /// The sum of the sizes of the files that it was baked from, where these are on this machine.
  package var sourceSize: Int?
  /// When the youngest of them changed, in nanoseconds since 1970.
  package var sourceModified: Int?
  /// When it ran last, in seconds since 1970.
  package var lastUsed: Int?
  /// The devices that it ran on, the last one first.
  package var devices: [String] = []

  /// Nothing is remembered.
  package init() {}

  /// What `json` wrote; whatever is missing or no longer understood is left out.
  package init(json: JSON?) {
    source = json?["source"]?.string
    sourceSize = json?["source_size"]?.int
    sourceModified = json?["source_modified"]?.int
    lastUsed = json?["last_used"]?.int
    devices = json?["devices"]?.array?.compactMap(\.string) ?? []
  }

  /// Takes note of a run.
  package mutating func use(on device: String, at time: Int) {
    lastUsed = time
    devices = [device] + devices.filter { $0 != device }
  }

  /// For the note's file, and for scripts.
  package var json: JSON {
    var object: JSONObject = ["devices": .array(devices.map(JSON.string))]
    object["source"] = source.map(JSON.string)
    object["source_size"] = sourceSize.map(JSON.int)
    object["source_modified"] = sourceModified.map(JSON.int)
    object["last_used"] = lastUsed.map(JSON.int)
    return .object(object)
  }
}
