import Foundation
import SelectiveKernels
import TestSupport
import Testing

@Suite("Where messages and results go")
struct StandardStreamTests {
  /// Runs the program by a shell, `$@` being its command line.
  private func shell(_ script: String, _ arguments: [String]) throws -> ProgramRun {
    try ProgramRun(
      URL(filePath: "/bin/sh"), ["-c", script, "sh", CommandLineRun.program.path] + arguments)
  }

  private func zoom(_ out: String) -> [String] {
    ["zoom", Photographs.fixtures, "--controls", "none", "--out", out]
  }

  /// Ways in which nobody hears what is said.
  static let deaf = [
    "\"$@\" 2>&-", "\"$@\" 2>/dev/full", "\"$@\" 2>/dev/full <&-",
    "trap '' PIPE; { { \"$@\" 2>&1 >&3; echo $? >&4; } | true; } 3>&1 4>&2",
    "{ { \"$@\" 2>&1 >&3; echo $? >&4; } | true; } 3>&1 4>&2",
  ]

  @Test("messages may be lost, work is not", arguments: deaf)
  func lostMessages(_ script: String) throws {
    let folder = try ScratchFolder()
    let heard = try CommandLineRun(zoom(folder.path("heard")))
    #expect(heard.status == 0 && heard.error.contains("run folder"))
    let run = try shell(script, zoom(folder.path("deaf")))
    #expect(run.status == 0 && ["", "0\n"].contains(run.error), "\(run.error)")
    let files = ["heard", "deaf"].map {
      FileManager.default.contents(atPath: folder.path("\($0)/results.json"))
    }
    #expect(files[0] != nil && files[0] == files[1])
    #expect(run.output == heard.output)
  }

  @Test("trainings and lesions go on without anybody who hears them")
  func otherRuns() throws {
    let toy = try ToyTraining(changes: ["epochs": "2"])
    for (index, script) in Self.deaf.prefix(2).enumerated() {
      let out = toy.folder("run-\(index)")
      let training = try shell(script, ["train", toy.file, "--out", out, "--workers", "2"])
      #expect(training.status == 0)
      let lesion = try shell(
        script,
        [
          "lesion", out + "/last.safetensors", toy.data + "/val", "--protocol", "shrink", "--out",
          out + "-lesions",
        ])
      #expect(lesion.status == 0 && !lesion.output.isEmpty)
    }
    #expect(toy.bytes("run-0/last.safetensors") == toy.bytes("run-1/last.safetensors"))
  }

  @Test(
    "results that cannot be put out are an error of one line",
    arguments: ["\"$@\" >/dev/full", "\"$@\" >&-", "\"$@\" >&- <&-"],
    [
      ["inspect", "sknet50"], ["inspect", "--all", "--json"], ["--version"], ["--help"],
      ["inspect", "sknet50", "--graph", "svg"],
      ["evaluate", "sknet26-tiny", "--data", Photographs.fixtures, "--quiet"],
    ])
  func lostResults(_ script: String, _ arguments: [String]) throws {
    let run = try shell(script, arguments)
    #expect(run.status == 1)
    #expect(run.error.hasPrefix("Error: standard output: cannot be written: "), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1)
  }

  @Test("results that nobody reads are an error")
  func brokenPipe() throws {
    for trap in ["", "trap '' PIPE; "] {
      let run = try shell(
        trap + "{ \"$@\" 2>&3; echo $? >&3; } 3>&2 | true",
        ["evaluate", "sknet26-tiny", "--data", Photographs.fixtures, "--quiet"])
      #expect(run.error == "Error: standard output: cannot be written: Broken pipe\n1\n")
    }
  }

  @Test("no file of a run takes a closed descriptor's place")
  func closed() throws {
    let folder = try ScratchFolder()
    let whole = try CommandLineRun(zoom(folder.path("whole")))
    #expect(whole.status == 0)
    for script in ["\"$@\" <&- >&- 2>&-", "\"$@\" >&- 2>&-", "\"$@\" 1>&-"] {
      let out = folder.path("closed")
      let run = try shell(script, zoom(out))
      #expect(run.status == 1, "its table could not be printed")
      let files = [folder.path("whole"), out].map {
        FileManager.default.contents(atPath: $0 + "/results.json")
      }
      #expect(files[0] != nil && files[0] == files[1])
      let again = try CommandLineRun(zoom(out))
      #expect(again.status == 0 && again.output == whole.output, "\(again.error)")
      try FileManager.default.removeItem(atPath: out)
    }
  }

  @Test(
    "more workers than the machine has use or files for are refused in one line",
    arguments: [
      ("\"$@\" --workers 1000", 64, "--workers must be between 1 and"),
      ("ulimit -n 24; \"$@\" --workers 30", 64, "each has a file open"),
      ("ulimit -Sn 24; \"$@\" --workers 30", 0, ""), ("ulimit -n 24; \"$@\"", 0, ""),
    ])
  func workers(_ script: String, _ status: Int32, _ words: String) throws {
    let folder = try ScratchFolder()
    let run = try shell(script, zoom(folder.path("run")) + ["--quiet"])
    #expect(run.status == status, "\(run.error)")
    #expect(status == 0 ? run.error.isEmpty : run.error.contains(words), "\(run.error)")
  }

  /// Seven descriptors that the program inherits leave it some, but not enough for its workers.
  @Test(
    "too few files to be opened end a run, never a photograph, and it goes on where there are more",
    arguments: [14, 18, 22, 24, 28])
  func descriptors(limit: Int) throws {
    let folder = try ScratchFolder()
    let whole = try CommandLineRun(zoom(folder.path("whole")) + ["--quiet"])
    let workers = max(1, limit - 16)
    let run = try shell(
      "ulimit -n \(limit); exec 3</dev/null 4<&3 5<&3 6<&3 7<&3 8<&3 9<&3; \"$@\" --workers \(workers)",
      zoom(folder.path("run")) + ["--quiet"])
    // A photograph's failure would be 3.
    #expect([0, 1].contains(run.status), "\(run.error)")
    if run.status == 1 {
      #expect(run.error.hasPrefix("Error: ") && run.error.split(separator: "\n").count == 1)
      #expect(run.error.contains("Too many open files") || run.error.contains("(ulimit -n)"))
    }
    let again = try CommandLineRun(zoom(folder.path("run")) + ["--quiet"])
    #expect(again.status == 0 && again.output == whole.output, "\(again.error)")
  }

  @Test("nobody but this program starts threads, so that no library ends it for want of one")
  func threads() throws {
    // Those of OpenMP would have stacks that no machine has room for.
    let folder = try ScratchFolder()
    let toy = try ToyTraining(changes: ["epochs": "1"])
    for arguments in [
      zoom(folder.path("run")), ["benchmark", "sknet26-tiny", "--seconds", "0.1"],
      ["evaluate", "sknet26-tiny", "--data", Photographs.fixtures],
      ["train", toy.file, "--out", toy.folder("run")],
    ] {
      let run = try shell("OMP_STACKSIZE=200000G OMP_NUM_THREADS=8 exec \"$@\"", arguments)
      #expect(run.status == 0 && !run.error.contains("libgomp"), "\(arguments[0]): \(run.error)")
    }
  }

  @Test("results are whole before the last words, in one file")
  func oneFile() throws {
    let folder = try ScratchFolder()
    let apart = try CommandLineRun(zoom(folder.path("run")))
    let together = try shell("\"$@\" 2>&1", zoom(folder.path("run")))
    #expect(together.output.contains(apart.output + "run folder: "))
  }
}
