/// A folder that Oven writes into: may it, and is there room?
struct FolderExamination {
  let machine: Machine
  let folder: Doctor.Folder

  var check: Check {
    let path = machine.absolute(folder.path)
    let place = nearest(path)
    guard let entry = machine.files.entry(at: place) else {
      return Check(
        folder.name, .failure, "\(path) cannot be made", mend: "Choose another folder with \(folder.option).")
    }
    guard entry.kind == .folder else {
      return Check(
        folder.name, .failure, "\(place) is not a folder",
        mend: "Move it away, or choose another one with \(folder.option).")
    }
    guard machine.files.allows(.write, at: place) else {
      let mode = "0" + String(entry.permissions, radix: 8)
      return Check(
        folder.name, .failure,
        "\(place) belongs to \(machine.userName(entry.owner)):"
          + "\(machine.groupName(entry.group)) \(mode) and is not writable for \(machine.userName(machine.user.number))",
        mend: mend(path, place))
    }
    let state = place == path ? path : "\(path) (will be made)"
    guard let free = machine.files.freeSpace(at: place) else {
      return Check(folder.name, .ok, "\(state), writable")
    }
    let detail = "\(state), writable, \(Size(free)) free"
    guard free < folder.wantedSpace else { return Check(folder.name, .ok, detail) }
    return Check(
      folder.name, .warning, detail,
      mend:
        "\(Size(folder.wantedSpace)) would be good: free some space, or choose another disk with \(folder.option)."
    )
  }

  /// Only a folder of Oven's own may change hands. What lies above one that is missing belongs to others.
  private func mend(_ path: String, _ place: String) -> String {
    let user = machine.userName(machine.user.number)
    return place == path
      ? "sudo chown -R \(user) \(path), or choose another one with \(folder.option)."
      : "Choose a folder of your own with \(folder.option), or: sudo install -d -o \(user) \(path)"
  }

  /// The folder itself or the nearest one above it that exists.
  private func nearest(_ path: String) -> String {
    var path = path
    while !machine.files.exists(path), let slash = path.lastIndex(of: "/"), path != "/" {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    return path
  }
}
