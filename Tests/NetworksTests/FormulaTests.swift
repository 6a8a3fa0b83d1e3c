import Foundation
import Networks
import Testing

@Suite("Weights by formula")
struct FormulaTests {
  /// Computed by NumPy; nine digits, the precision of float32.
  @Test(
    "begin with the values that the fixtures' generator prints",
    arguments: [
      ("stem.conv.weight", [64, 3, 7, 7], [Float(-0.157518864), -0.0616355278, 0.0880317166]),
      ("stem.bn.weight", [64], [0.79392654]), ("stem.bn.bias", [64], [0.059766125]),
      ("stem.bn.running_mean", [64], [0.066404536]),
      ("stem.bn.running_var", [64], [1.1602733]),
      ("classifier.weight", [1000, 2048], [0.023472324]),
      ("classifier.bias", [1000], [-0.09332377]), ("x.num_batches_tracked", [], [0]),
    ])
  func tensors(name: String, shape: [Int], first: [Float]) {
    let tensor = Formula.tensor(name, shape: shape)
    #expect(tensor.shape == shape)
    #expect(Array(tensor.values.prefix(first.count)) == first)
  }

  @Test("end where the fixtures' generator ends")
  func last() {
    #expect(Formula.tensor("stem.conv.weight", shape: [64, 3, 7, 7]).values.last == 0.10575547)
  }

  @Test("have the fixtures' input as plain noise")
  func noise() {
    let expected: [Float] = [-0.80436337, 0.30472076, -0.5927515, -0.45111072]
    #expect(Formula.noise("input", count: 4).map { Float($0) } == expected)
    #expect(Formula.noise("input", shape: [2, 2]).values == expected)
  }

  @Test("fill a network exactly")
  func network() throws {
    let architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    let weights = Weights.formula(for: architecture)
    #expect(weights.tensors.count == architecture.parameters.count)
    for parameter in architecture.parameters {
      #expect(weights[parameter.name]?.shape == parameter.shape)
    }
  }
}

@Suite("Weights as training starts from them")
struct InitialWeightsTests {
  private static let architecture = Catalogue.entries.first { $0.name == "sknet26-tiny" }?
    .architecture

  @Test(
    "are normal with the standard deviation of the official fillers",
    arguments: [
      ("stages.3.1.expand.conv.weight", (2.0 / 256).squareRoot()),
      ("stages.3.1.branches.1.conv.weight", (2.0 / 288).squareRoot()),
      ("stages.3.1.fuse.conv.weight", 0.01), ("stages.3.1.select.0.weight", 0.01),
      ("classifier.weight", 0.01),
    ])
  func deviation(name: String, sigma: Double) throws {
    let weights = Weights.initialized(for: try #require(Self.architecture), seed: 7)
    let values = try #require(weights[name]).values.map { Double($0) / sigma }
    let count = Double(values.count)
    // Moments of a standard normal, each within five of its own standard errors.
    let moments = (1...4).map { k in values.reduce(0) { $0 + pow($1, Double(k)) } / count }
    let expectations: [(Double, Double)] = [(0, 1), (1, 2), (0, 15), (3, 96)]
    for (moment, (expected, variance)) in zip(moments, expectations) {
      #expect(abs(moment - expected) < 5 * (variance / count).squareRoot())
    }
  }

  @Test("leave batch norms at the identity and biases at zero")
  func constants() throws {
    let weights = Weights.initialized(for: try #require(Self.architecture), seed: 7)
    for (suffix, value) in [
      ("weight", Float(1)), ("bias", 0), ("running_mean", 0), ("running_var", 1),
    ] {
      #expect(
        weights["stages.1.0.branches.1.bn.\(suffix)"]?.values.allSatisfy { $0 == value } == true)
    }
    #expect(weights["classifier.bias"]?.values.allSatisfy { $0 == 0 } == true)
  }

  @Test("follow from the seed alone")
  func seeds() throws {
    let architecture = try #require(Self.architecture)
    let first = Weights.initialized(for: architecture, seed: 1)
    #expect(first.tensors == Weights.initialized(for: architecture, seed: 1).tensors)
    let other = Weights.initialized(for: architecture, seed: 2)
    #expect(first["stem.conv.weight"] != other["stem.conv.weight"])
  }
}
