import Foundation
import Testing

/// Streams that are closed, full, folders, or not what they seem, as shells connect them.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"))
struct StreamTests {
  /// Runs a line of the shell in which `$oven` is the program and `$model` a baked model.
  private func shell(_ script: String, _ model: URL) throws -> OvenProgram.Ending {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = ProcessInfo.processInfo.environment.merging(OvenProgram.ownFolders) { $1 }.merging([
      "oven": OvenProgram.url?.path ?? "", "model": model.path,
      "ask": "--device CPU --no-cache --temperature 0 --max-new-tokens 8",
    ]) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let told = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return .init(
      status: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
      errors: String(decoding: told, as: UTF8.self))
  }

  @Test(
    arguments: [
      ("$oven tokenize $model </tmp", 66, "it is a folder"),
      ("$oven tokenize $model --jsonl </tmp", 66, "it is a folder"),
      ("$oven chat $model $ask </tmp", 66, "it is a folder"),
      ("$oven supervisor --model_xml $model $ask <&-", 64, "there is no question"),
      ("$oven tokenize $model --jsonl <&-", 0, ""),
      ("$oven tokenize $model 0>/dev/null", 66, "stdin cannot be read"),
      ("printf 'caf\\351' | $oven tokenize $model", 65, "0xE9 at 3"),
      ("printf 'h\\000i\\000' | $oven run $model $ask", 65, "UTF-16"),
      ("head -c 64 $oven | $oven run $model Why $ask", 65, "stdin is no text"),
      ("$oven --version >/dev/full", 74, "cannot be written"),
      ("$oven --help >/dev/full", 74, "cannot be written"),
      ("$oven tokenize $model hello >/dev/full", 74, "cannot be written"),
      ("$oven run $model hello $ask >/dev/full", 74, "cannot be written"),
      ("$oven run $model hello $ask >&-", 74, "cannot be written"),
      ("$oven run $model hello $ask --json >/dev/full", 74, "cannot be written"),
      ("CACHE_DIR=/dev/null $oven cache list", 73, "is no folder"),
      ("$oven run $model hi -f /etc/hostnam $ask", 66, "did you mean hostname?"),
      ("$oven run $model hi -f /etc $ask", 66, "is a folder"),
    ] as [(String, Int32, String)])
  func endings(_ script: String, _ status: Int32, _ said: String) throws {
    let folder = try TemporaryFolder()
    let ending = try shell(script, SmolLM2.bake(to: "baked", in: folder))
    #expect(ending.status == status, "\(script): \(ending.errors)")
    #expect(
      (said.isEmpty || ending.errors.contains(said)) && !ending.errors.contains("chown"), "\(ending.errors)")
    if status != 0 { #expect(ending.errors.contains("error: "), "\(ending.errors)") }
  }

  /// What comes on stdin is added to the question, with and without a mark at its beginning.
  @Test func textOnStdinIsAdded() throws {
    let folder = try TemporaryFolder()
    let model = try SmolLM2.bake(to: "baked", in: folder)
    let question = "What is the capital of France?"
    func tokens(_ script: String) throws -> String? {
      let ending = try shell(script + " $ask", model)
      #expect(ending.status == 0, "\(ending.errors)")
      return ending.errors.firstMatch(of: /prompt ([0-9]+) tokens/).map { String($0.1) }
    }
    let all = try tokens("$oven run $model '\(question)\n\nBe brief.'".replacing("\\n", with: "\n"))
    #expect(all != nil)
    #expect(try tokens("echo 'Be brief.' | $oven run $model '\(question)'") == all)
    #expect(try tokens("printf '\\357\\273\\277Be brief.\\n' | $oven chat $model -p '\(question)'") == all)
    try Data("Be brief.".utf8).write(to: folder.url.appending(path: "note"))
    #expect(try tokens("$oven run $model '\(question)' -f \(folder.url.path)/note") == all)
  }

  /// A pipe that does not wait loses nothing, whoever made it so.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
  func pipesThatDoNotWait() throws {
    let folder = try TemporaryFolder()
    let model = try SmolLM2.bake(to: "baked", in: folder)
    let script = """
      import os, subprocess, sys, time
      read, write = os.pipe()
      os.set_blocking(write, False)
      lines = "\\"word word\\"\\n" * 20000
      run = subprocess.Popen([os.environ["oven"], "tokenize", os.environ["model"], "--jsonl"], stdin=subprocess.PIPE,
                             stdout=write)
      os.close(write)
      import threading
      threading.Thread(target=lambda: (run.stdin.write(lines.encode()), run.stdin.close())).start()
      time.sleep(0.5)
      count = sum(1 for line in os.fdopen(read))
      source, sink = os.pipe()
      os.set_blocking(source, False)
      late = subprocess.Popen([os.environ["oven"], "tokenize", os.environ["model"]], stdin=source, stdout=subprocess.PIPE)
      time.sleep(0.3)
      os.write(sink, b"hello")
      os.close(sink)
      os.close(source)
      print(count, run.wait(), late.communicate()[0].decode().strip(), late.wait())
      """
    let path = folder.url.appending(path: "pipes.py").path
    try Data(script.utf8).write(to: URL(filePath: path))
    let ending = try shell("python3 \(path); $oven tokenize $model hello", model)
    let lines = ending.output.split(separator: "\n")
    try #require(lines.count == 2, "\(ending.output)\(ending.errors)")
    #expect(lines[0] == "20000 0 \(lines[1]) 0")
  }

  /// Without threads there is an error, and no waiting for ever. The limit does not hold for root.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"), "needs setpriv"))
  func withoutThreadsThereIsAnError() throws {
    let folder = try TemporaryFolder()
    let user = getuid() == 0 ? "setpriv --reuid 65533 --clear-groups" : ""
    let ending = try shell("timeout 20 \(user) prlimit --nproc=1:1 $oven families", folder.url)
    #expect(ending.status == 75, "\(ending.errors)")
    #expect(ending.errors.contains("no threads can be begun"))
  }

  /// What belongs to somebody else is said to, and a cache that others share serves the second user, too.
  @Test(
    .enabled(
      if: getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
      "needs root and setpriv"))
  func filesOfOthersAndAGroupsCache() throws {
    let folder = try TemporaryFolder()
    let model = try SmolLM2.bake(to: "baked", in: folder)
    func other(_ user: Int, _ command: String) -> String {
      "setpriv --reuid \(user) --regid 65533 --clear-groups env HOME=/nowhere $oven \(command)"
    }
    let ask = "run $model hi --device CPU --temperature 0 --max-new-tokens 4 --cache-dir cache"
    let ending = try shell(
      """
      cd \(folder.url.path); chmod 755 . $model; mkdir cache; chgrp 65533 cache; chmod 2770 cache
      \(other(65531, ask)) 2>&1; \(other(65532, ask)) 2>&1
      chmod 600 $model/openvino_model.bin; \(other(65532, ask)) 2>&1; echo $?
      chmod 700 $model; \(other(65532, "show $model")) 2>&1; echo $?
      """, model)
    let text = ending.output
    #expect(text.contains("compiling"), "\(text)")
    #expect(text.contains("from cache") && !text.contains("warning"), "\(text)")
    #expect(
      text.contains("openvino_model.bin: Permission denied") && text.contains("belongs to root"), "\(text)")
    #expect(text.contains("cannot be looked into"), "\(text)")
    #expect(text.split(separator: "\n").filter { $0 == "77" }.count == 2, "\(text)")
  }

  /// Bash completes verbs, options, and the names of models in the store.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"), "needs bash"))
  func bashCompletes() throws {
    let folder = try TemporaryFolder()
    let store = folder.url.appending(path: "store")
    for name in ["smol", "org/small", "org/small:Q4_0", "org/small:Q8_0"] {
      let place = store.appending(path: name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data("<net/>".utf8).write(to: place.appending(path: "openvino_model.xml"))
    }
    let script = """
      PATH="$(dirname $oven):$PATH"; cd \(folder.url.path); mkdir here smooth; export OVEN_MODELS=\(store.path)
      source <(oven --generate-completion-script bash)
      complete_line() {
        read -ra COMP_WORDS <<< "$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=$1; COMP_POINT=${#1}
        COMPREPLY=(); _oven oven "${COMP_WORDS[COMP_CWORD]}" ""; echo "${COMPREPLY[@]}"
      }
      complete_line "oven ben"; complete_line "oven run --tempera"; complete_line "oven run smo"
      complete_line "oven rm org"; complete_line "oven bench he"
      # As bash divides words.
      COMP_WORDS=(oven rm org/small :); COMP_CWORD=3; COMP_LINE="oven rm org/small:"; COMP_POINT=18
      COMPREPLY=(); _oven_whole_words oven "" org/small; echo "${COMPREPLY[@]}"
      COMP_WORDS=(oven rm org/small : Q8); COMP_CWORD=4; COMP_LINE="oven rm org/small:Q8"; COMP_POINT=20
      COMPREPLY=(); _oven_whole_words oven Q8 :; echo "${COMPREPLY[@]}"
      """
    let path = folder.url.appending(path: "complete.sh").path
    try Data(script.utf8).write(to: URL(filePath: path))
    let ending = try shell("bash --norc \(path)", folder.url)
    #expect(
      ending.output
        == "bench\n--temperature\nsmol smooth/\norg/small org/small:Q4_0 org/small:Q8_0\nhere/\nQ4_0 Q8_0\nQ8_0\n",
      "\(ending.output)\(ending.errors)")
  }

  /// A page for every verb; groff finds nothing to complain about.
  @Test func manualPages() throws {
    let folder = try TemporaryFolder()
    let place = folder.url.appending(path: "man1").path
    let ending = try shell(
      "$oven manual \(place); if command -v groff >/dev/null; then groff -man -ww -Tutf8 \(place)/*.1 2>&1 >/dev/null; fi",
      folder.url)
    #expect(
      ending.status == 0 && ending.output.isEmpty && ending.errors.isEmpty, "\(ending.output)\(ending.errors)"
    )
    let pages = try FileManager.default.contentsOfDirectory(atPath: place)
    #expect(pages.contains("oven.1") && pages.contains("oven-run.1") && pages.contains("oven-cache-list.1"))
    let page = try String(contentsOfFile: place + "/oven-bake.1", encoding: .utf8)
    #expect(page.contains("\\-\\-weight\\-format"))
  }
}
