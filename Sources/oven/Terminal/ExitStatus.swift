/// The exit codes of sysexits.h that the program uses.
package enum ExitStatus: Int32 {
  /// The names are those of the header, without their prefix.
  case usage = 64
  case badData = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case cannotCreate = 73
  case inputOutput = 74
  case tryAgain = 75
  case permission = 77
  /// Stopped by Ctrl-C, as a shell reports it.
  case interrupted = 130
  /// Ended by SIGTERM, likewise.
  case terminated = 143
}
