import Networks
import Observing

extension YAMLKeys {
  /// How pictures become the network's input, where that is not as its file says: `mean`, `std`, `crop`,
  /// `channels` (`rgb`, `bgr`) and `range` (1, 255).
  mutating func input() throws -> InputChoice {
    InputChoice(
      mean: try numbers("mean"), std: try numbers("std"), crop: try number("crop"),
      channels: try choice("channels"), range: try choice("range"))
  }
}
