import Networks
import TestSupport
import Testing

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

  /// Height and width of its pictures.
  static let side = 24
  static let labels = Array(0..<8)

  /// Eight pictures of noise, such that no input of a ReLU is so near to 0 that rounding decides its sign.
  func pixels() throws -> [Float] {
    let name = try #require(try Fixture(fixture).file.metadata["input"])
    return Formula.noise(name, shape: [8, 3, Self.side, Self.side]).values
  }

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
