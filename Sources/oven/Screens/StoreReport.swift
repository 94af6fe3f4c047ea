import JSON

/// A model of the store as it is listed.
package struct StoredModel {
  let name: String
  let folder: String
  let size: Int
  let note: ModelNote

  /// Looks at a model of a store.
  package init(_ name: String, in store: ModelStore) {
    self.name = name
    folder = store.place(name)
    size = store.size(of: name)
    note = store.note(of: name)
  }

  /// For scripts.
  package var json: JSON {
    var object: JSONObject = [
      "name": .string(name), "folder": .string(folder), "bytes": .int(size),
    ]
    for (key, value) in note.json.object ?? [:] { object[key] = value }
    return .object(object)
  }
}

/// What `oven list` shows.
package enum StoreReport {
  /// A table of models, or what to do where there are none.
  ///
  /// - Parameter now: seconds since 1970, for ages.
  package static func lines(_ models: [StoredModel], folder: String, now: Int) -> [String] {
    guard !models.isEmpty else {
      return ["The store is empty (\(folder)). oven run ORG/NAME brings a model of the hub into it."]
    }
    var table = Table([.left, .right, .left, .left])
    table.add("NAME", "SIZE", "RAN ON", "LAST USED")
    for model in models {
      let devices = model.note.devices.isEmpty ? "–" : model.note.devices.joined(separator: ", ")
      let used = model.note.lastUsed.map { CacheReport.age(now - $0) } ?? "never"
      table.add(model.name, Units.bytes(model.size), devices, used)
    }
    let total = Units.bytes(models.reduce(0) { $0 + $1.size })
    return table.lines + [
      "\(models.count == 1 ? "1 model" : "\(models.count) models"), \(total), in \(folder)"
    ]
  }
}
