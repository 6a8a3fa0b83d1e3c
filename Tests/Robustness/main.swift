import Foundation

// Trials of a built `sknet` with spoilt input, kills, signals, limits and full disks. Exits with 1 if
// the program crashed, hung, or said anything but one clear line.

let options: TrialOptions
do {
  options = try TrialOptions(Array(CommandLine.arguments.dropFirst()))
} catch let text as UsageText {
  FileHandle.standardError.write(Data((text.text + "\n").utf8))
  exit(text.isAsked ? 0 : 64)
}
// Children start with what this process does about signals.
signal(SIGPIPE, SIG_IGN)
guard FileManager.default.fileExists(atPath: "Tests/Fixtures/pictures") else {
  FileHandle.standardError.write(
    Data("Tests/Fixtures/pictures is not here; run it from the repository's root\n".utf8))
  exit(64)
}
exit(try Session(options).run() ? 0 : 1)
