import Checkpoints
import Networks

/// A model of a few kilobytes.
enum SmallModel {
  static let architecture = Architecture(
    stem: Architecture.Stem(kernel: 3, stride: 2, channels: 4, pool: .none),
    stages: [Architecture.Stage(units: 1, width: 4, output: 8, stride: 1)],
    branches: [1, 2].map { Architecture.Branch(kernel: 3, dilation: $0, groups: 2) },
    reduction: 4, minimum: 2, classes: 3)

  static let model = Model(
    name: "small", architecture: architecture, preprocessing: Preprocessing(size: 16),
    classes: ["café", "\"quoted\"", "c"], weights: .formula(for: architecture))
}
