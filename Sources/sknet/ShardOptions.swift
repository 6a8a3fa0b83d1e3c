import ArgumentParser
import Experiments
import Recording

extension Shard: ExpressibleByArgument {
  /// Reads `3/17`.
  public init?(argument: String) { self.init(argument) }
}

/// Which part of a run is recorded.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Record one part of the run, which sknet merge joins with the others.", valueName: "k/n"))
  var shard: Shard?
}
