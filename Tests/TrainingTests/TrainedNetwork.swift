import Networks

/// A small network that PyTorch trained for three steps.
struct TrainedNetwork: Sendable, CustomStringConvertible {
  var fixture: String
  var architecture: Architecture

  var description: String { fixture }

  static let all = [
    TrainedNetwork("train-step-sk", dilations: [1, 2], isExcited: false),
    TrainedNetwork("train-step-se", dilations: [1], isExcited: true),
    TrainedNetwork("train-step-plain", dilations: [1], isExcited: false),
  ]

  /// Eight pictures of noise and their labels.
  static let pixels = Formula.noise("input", shape: [8, 3, 32, 32]).values
  static let labels = Array(0..<8)

  private init(_ fixture: String, dilations: [Int], isExcited: Bool) {
    self.fixture = fixture
    architecture = Architecture(
      stem: .init(kernel: 3, stride: 2, channels: 16, pool: .none),
      stages: [
        .init(units: 2, width: 32, output: 64, stride: 1),
        .init(units: 1, width: 64, output: 128, stride: 2),
      ], branches: dilations.map { .init(kernel: 3, dilation: $0, groups: 8) },
      gate: dilations.count > 1 ? .softmax : nil,
      squeezeExcitation: isExcited ? .init(reduction: 16) : nil, classes: 10)
  }
}
