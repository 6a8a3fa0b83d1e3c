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
exit(try Session(options).run() ? 0 : 1)
