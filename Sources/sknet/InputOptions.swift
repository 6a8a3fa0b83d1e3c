import ArgumentParser
import Experiments
import Observing

extension InputChoice.Channels: ExpressibleByArgument {}
extension InputChoice.Range: ExpressibleByArgument {}

/// How pictures become the network's input, where a model's file does not say it.
struct InputOptions: ParsableArguments {
  @Option(
    help: "Subtracted from each channel, three numbers (default: the model's; ONNX: ImageNet's).")
  var mean: String?

  @Option(help: "Divides each channel, three numbers (default: the same).")
  var std: String?

  @Option(help: "Side of the central square as a share of the shorter side (default: the same).")
  var crop: Double?

  @Option(help: "Order of the network's channels (default: the same).")
  var channels: InputChoice.Channels?

  @Option(help: "Largest value of a pixel before mean and deviation (default: the same).")
  var range: InputChoice.Range?

  /// What was given, with a size.
  func choice(size: Int?) throws -> InputChoice {
    InputChoice(
      size: size, mean: try mean.map { try CommaList.numbers($0, flag: "--mean") },
      std: try std.map { try CommaList.numbers($0, flag: "--std") }, crop: crop,
      channels: channels, range: range)
  }
}
