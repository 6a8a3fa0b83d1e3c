import ArgumentParser
import Experiments

struct PowerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "power",
    abstract: "How many photographs a shift needs, and what a recorded zoom could have seen.",
    discussion: """
      Examples:
        sknet power run
        sknet power run --shift 0.01

      For each unit of the run's primary family: the smallest slope per octave that
      the run would have found in four of five repetitions, and the fewest
      photographs that so find the slope asked about. Photographs are drawn again
      from those recorded; all tests of a verdict have to succeed at once, with the
      controls that the run recorded taken to move by nothing.
      """)

  @Argument(help: "The folder of a zoom.", completion: .directory)
  var folder: String

  @Option(help: "A slope per octave above 0 (default: the smallest that matters, by unit).")
  var shift: Double?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard shift.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--shift: expected a number above 0")
    }
  }

  func run() throws {
    try mappingErrors {
      let power = try RecordedZoom(folder: folder).power(toFind: shift)
      print(output.json ? try power.json() : power.text)
    }
  }
}
