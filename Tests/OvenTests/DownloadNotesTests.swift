import Hub
import Testing

import oven

@Suite struct DownloadNotesTests {
  @Test func tellsTheSameTroubleOnce() {
    var notes = DownloadNotes()
    let begin = ContinuousClock.now
    let cut = HubEvent.waiting(.seconds(4), reason: "cut")
    #expect(notes.note(cut, now: begin) == "cut; next attempt in 4.00 s")
    #expect(notes.note(cut, now: begin + .seconds(1)) == nil)
    #expect(notes.note(.waiting(.zero, reason: "busy"), now: begin + .seconds(1)) == "busy")
    #expect(notes.note(cut, now: begin + .seconds(2)) == "cut; next attempt in 4.00 s")
    #expect(notes.note(cut, now: begin + .seconds(6)) == "cut; next attempt in 4.00 s")
  }
}
